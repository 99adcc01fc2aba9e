package tools

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// maxUpload is the largest file that is read from --files, in bytes: base64
// makes a third more of it, and ATS take 10 to 20 MB.
const maxUpload = 20 << 20

// fileArgs is a file to upload, by exactly one of four ways.
type fileArgs struct {
	Name        string `json:"name,omitempty" alias:"file_name,filename"`
	Type        string `json:"type" jsonschema:"enum=CV,enum=COVER_LETTER,enum=OTHER"`
	Data        string `json:"data,omitempty" jsonschema_description:"base64"`
	DataURL     string `json:"data_url,omitempty" alias:"url"`
	Text        string `json:"text,omitempty" alias:"content" jsonschema_description:"plain text"`
	Path        string `json:"path,omitempty" jsonschema_description:"in the --files folder"`
	ContentType string `json:"content_type,omitempty" alias:"mime_type"`
}

// contentTypePattern is what Kombo takes: no parameters, no plus sign.
var contentTypePattern = regexp.MustCompile(`^[\w.-]+/[\w.-]+$`)

// file turns the arguments at the given path into what Kombo takes; what is wrong
// becomes a problem of the plan.
func (b *Toolbox) file(p *writes.Plan, at string, f fileArgs) kombo.FileInput {
	out := kombo.FileInput{Name: f.Name, ContentType: f.ContentType, Type: kombo.AttachmentType(f.Type)}
	if plain, _, err := mime.ParseMediaType(f.ContentType); err == nil {
		out.ContentType = plain // Kombo takes no parameters such as a charset
	}
	ways := 0
	for _, way := range []string{f.Data, f.DataURL, f.Text, f.Path} {
		if way != "" {
			ways++
		}
	}
	if ways != 1 {
		p.AddProblem("%s: give exactly one of data (base64), data_url, text and path, not %d of them.", at, ways)
		return out
	}
	switch {
	case f.DataURL != "":
		out.DataURL = f.DataURL
		if !isWebAddress(f.DataURL) {
			p.AddProblem("%s.data_url must be an http or https address.", at)
		}
	case f.Text != "":
		out.Data = base64.StdEncoding.EncodeToString([]byte(f.Text))
		out.ContentType = cmp.Or(out.ContentType, "text/plain")
		out.Name = cmp.Or(out.Name, strings.ToLower(f.Type)+".txt")
	case f.Path != "":
		if !b.fileFromDisk(p, at, f.Path, &out) {
			return out
		}
	default:
		raw, err := decodeBase64(f.Data)
		if err != nil {
			p.AddProblem("%s.data is not valid base64. Send plain text as text, or an address as data_url.", at)
		}
		out.Data = base64.StdEncoding.EncodeToString(raw)
	}
	out.ContentType = cmp.Or(out.ContentType, typeByName(out.Name))
	checkFile(p, at, out)
	return out
}

func checkFile(p *writes.Plan, at string, f kombo.FileInput) {
	if f.Name == "" {
		p.AddProblem("%s.name is required, with its extension, such as \"Anna Berg CV.pdf\".", at)
	}
	if f.ContentType == "" && f.DataURL == "" {
		p.AddProblem("%s.content_type is required: it cannot be told from the name; send for example application/pdf.", at)
	}
	if f.ContentType != "" && !contentTypePattern.MatchString(f.ContentType) {
		p.AddProblem("%s.content_type must look like application/pdf, without parameters.", at)
	}
}

// fileFromDisk reads a file of the folder that --files opens. It returns false if it
// cannot be read; the plan then has a problem.
func (b *Toolbox) fileFromDisk(p *writes.Plan, at, name string, out *kombo.FileInput) bool {
	if b.cfg.Files == nil {
		p.AddProblem("%s.path: this server opens no folder (it was started without --files). Send the content as data, text or data_url.", at)
		return false
	}
	raw, err := b.readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.AddProblem("%s.path: there is no file %q in the folder that --files opens. %s", at, name, b.fileChoices())
		return false
	case err != nil:
		// The error of os.Root says whether the path leads outside; it names no
		// more than the caller gave.
		p.AddProblem("%s.path: %q cannot be read: %s. A path is relative to the folder that --files opens and stays in it. %s", at, name, rootTrouble(err), b.fileChoices())
		return false
	}
	out.Data = base64.StdEncoding.EncodeToString(raw)
	out.Name = cmp.Or(out.Name, path.Base(name))
	if out.Name != name {
		// Under another name, nobody would see which file leaves the folder.
		p.AddNote("%s, %q, is the file %q of the --files folder", at, wording.Clip(out.Name, 80), wording.Clip(name, 200))
	}
	return true
}

func rootTrouble(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

func (b *Toolbox) readFile(name string) (raw []byte, err error) {
	f, err := ownfile.OpenRegularIn(b.cfg.Files, name)
	if errors.Is(err, ownfile.ErrRefused) {
		return nil, errors.New("it is not a regular file")
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxUpload {
		return nil, fmt.Errorf("it has %d MiB, and the limit is %d MiB", info.Size()>>20, maxUpload>>20)
	}
	raw, err = io.ReadAll(io.LimitReader(f, maxUpload))
	if err == nil && len(raw) == 0 {
		err = errors.New("it is empty")
	}
	return raw, err
}

// fileChoices lists some files of the folder, so that a typo can be corrected.
func (b *Toolbox) fileChoices() string {
	dir, err := b.cfg.Files.Open(".")
	if err != nil {
		return ""
	}
	entries, err := dir.ReadDir(20)
	if cerr := dir.Close(); err != nil || cerr != nil {
		return "The folder is empty."
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return "The folder holds no files."
	}
	return "It holds, among others: " + strings.Join(names, ", ") + "."
}

// decodeBase64 takes the four usual alphabets, and a data: address's payload.
func decodeBase64(s string) ([]byte, error) {
	if strings.HasPrefix(s, "data:") {
		_, s, _ = strings.Cut(s, ",")
	}
	s = strings.NewReplacer("\n", "", "\r", "", " ", "", "-", "+", "_", "/").Replace(s)
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// typeByName is the content type of the extension, "" if it is unknown.
func typeByName(name string) string {
	t := knownTypes[strings.ToLower(path.Ext(name))]
	if t == "" {
		t, _, _ = strings.Cut(mime.TypeByExtension(path.Ext(name)), ";")
	}
	return t
}

// knownTypes are what people send to an ATS; the machine's own table comes second,
// since it differs between machines.
var knownTypes = map[string]string{
	".pdf": "application/pdf", ".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".rtf": "application/rtf",
	".doc":  "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".odt":  "application/vnd.oasis.opendocument.text",
	".png":  "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".md": "text/markdown",
}
