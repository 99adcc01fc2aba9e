package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// npmScope is where the packages with the programs are. Nobody else can publish there.
const npmScope = "@" + owner + "/"

// launcher is the command of the package that people name. It starts the program of the
// package for their platform.
//
//go:embed npm/kombo-mcp.js
var launcher []byte

// npmPlatform is a platform by the names of Go and of Node.
type npmPlatform struct{ goos, goarch, os, cpu, title string }

// npmPlatforms are those that are released. The launcher depends on a package for each,
// of which npm installs the one whose os and cpu are those of the machine. The programs
// are linked statically, so that those for Linux need no particular C library.
var npmPlatforms = []npmPlatform{
	{"darwin", "arm64", "darwin", "arm64", "macOS on ARM"},
	{"darwin", "amd64", "darwin", "x64", "macOS on x86-64"},
	{"linux", "arm64", "linux", "arm64", "Linux on ARM"},
	{"linux", "amd64", "linux", "x64", "Linux on x86-64"},
	{"windows", "arm64", "win32", "arm64", "Windows on ARM"},
	{"windows", "amd64", "win32", "x64", "Windows on x86-64"},
}

func (p npmPlatform) name() string { return npmScope + p.os + "-" + p.cpu }

// npmPackage is a package.json, in the order in which it is read. There are no scripts:
// nothing runs at installation.
type npmPackage struct {
	Name        string     `json:"name"`
	Version     string     `json:"version"`
	MCPName     string     `json:"mcpName,omitempty"`
	Description string     `json:"description"`
	Keywords    []string   `json:"keywords,omitempty"`
	Homepage    string     `json:"homepage"`
	Bugs        string     `json:"bugs"`
	Repository  repository `json:"repository"`
	License     string     `json:"license"`
	Author      author     `json:"author"`
	// Bin is the path of each command.
	Bin     map[string]string `json:"bin,omitempty"`
	Engines map[string]string `json:"engines,omitempty"`
	OS      []string          `json:"os,omitempty"`
	CPU     []string          `json:"cpu,omitempty"`
	// Unplugged asks Yarn to unpack the package: a program cannot run in an archive.
	Unplugged bool              `json:"preferUnplugged,omitempty"`
	Optional  map[string]string `json:"optionalDependencies,omitempty"`
	Publish   map[string]string `json:"publishConfig"`
}

// newNPMPackage returns what all packages have in common.
func newNPMPackage(name, version, about string) npmPackage {
	return npmPackage{
		Name: name, Version: strings.TrimPrefix(version, "v"), Description: about, Homepage: homepage + "#readme", Bugs: homepage + "/issues",
		Repository: repository{Type: "git", URL: "git+" + homepage + ".git"}, License: "MIT", Author: author{Name: authors, URL: homepage},
		Publish: map[string]string{"access": "public"},
	}
}

// newLauncherPackage returns the package that people name: npx -y kombo-mcp.
func newLauncherPackage(version string) npmPackage {
	p := newNPMPackage(serverName, version, description)
	p.MCPName, p.Keywords = registryName, append([]string{"mcp", "mcp-server"}, keywords...)
	p.Bin, p.Engines = map[string]string{serverName: serverName + ".js"}, map[string]string{"node": ">=18"}
	p.Optional = map[string]string{}
	for _, platform := range npmPlatforms {
		p.Optional[platform.name()] = p.Version // exact: the two are one release
	}
	return p
}

// newProgramPackage returns the package that holds the program of a platform.
func newProgramPackage(version string, platform npmPlatform) npmPackage {
	p := newNPMPackage(platform.name(), version, "The program of "+serverName+" for "+platform.title+".")
	p.OS, p.CPU, p.Unplugged = []string{platform.os}, []string{platform.cpu}, true
	return p
}

// makeNPMPackage writes a package into a folder: that of a platform's program, or without
// a program the launcher.
func makeNPMPackage(o options) error {
	p, content, err := npmContent(o)
	if err != nil {
		return err
	}
	text, err := readable(p)
	if err != nil {
		return err
	}
	license, err := given(o.license)
	if err != nil {
		return err
	}
	files := append([]packedFile{{"package.json", 0o644, text}, {"LICENSE", 0o644, license}}, content...)
	if err := os.MkdirAll(o.out, 0o755); err != nil { //nolint:gosec // it is for everyone
		return err
	}
	return tarred(filepath.Join(o.out, p.fileName()), files)
}

// npmContent returns a package with its files other than those that all have.
func npmContent(o options) (npmPackage, []packedFile, error) {
	if o.program == "" {
		p := newLauncherPackage(o.version)
		return p, []packedFile{{"README.md", 0o644, launcherReadme()}, {serverName + ".js", 0o755, launcher}}, nil
	}
	i := slices.IndexFunc(npmPlatforms, func(p npmPlatform) bool { return p.goos == o.goos && p.goarch == o.goarch })
	if i < 0 {
		return npmPackage{}, nil, fmt.Errorf("there is no package for %s/%s", o.goos, o.goarch)
	}
	binary, err := given(o.program)
	if err != nil {
		return npmPackage{}, nil, err
	}
	p := newProgramPackage(o.version, npmPlatforms[i])
	readme := fmt.Sprintf("# %s\n\n%s Install [kombo-mcp](https://www.npmjs.com/package/kombo-mcp), which depends on this package and starts it.\n", p.Name, p.Description)
	return p, []packedFile{{"README.md", 0o644, []byte(readme)}, {"bin/" + program(o.goos), 0o755, binary}}, nil
}

func launcherReadme() []byte {
	return fmt.Appendf(nil, `# kombo-mcp

%s

Try it on made-up data, with nothing to sign up for:

`+"```sh\nnpx -y kombo-mcp demo\n```"+`

Add it to the host that your agent runs in, such as Claude Desktop (%[2]snpx -y kombo-mcp install --help%[2]s lists them):

`+"```sh\nnpx -y kombo-mcp install --sandbox claude-desktop\n```"+`

Any other host starts it with the command %[2]snpx -y kombo-mcp%[2]s. To work in your ATS it needs the variables
KOMBO_API_KEY and KOMBO_INTEGRATION_ID; with KOMBO_SANDBOX=true it works on made-up data.

The program comes in the package for your platform: nothing runs at installation, and nothing is downloaded later.
All else is in the [repository](%s).
`, description, "`", homepage)
}

// fileName is the name that npm pack gives a package.
func (p npmPackage) fileName() string {
	return strings.NewReplacer("@", "", "/", "-").Replace(p.Name) + "-" + p.Version + ".tgz"
}

// tarred writes a package as npm pack does, reproducibly: the same files give the same bytes.
func tarred(path string, files []packedFile) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	w := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: "package/" + f.name, Mode: int64(f.mode), Size: int64(len(f.content)),
			ModTime: time.Date(1985, 10, 26, 8, 15, 0, 0, time.UTC), Format: tar.FormatUSTAR, // the time that npm gives
		}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := w.Write(f.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644) //nolint:gosec // it is for everyone
}
