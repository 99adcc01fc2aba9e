package hosts

import (
	"fmt"
	"strings"
)

// page returns the documentation of a host, in Markdown.
func (h Host) page() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", h.Title)
	fmt.Fprintf(&b, "To look around in the made-up ATS:\n\n```sh\nkombo-mcp install --sandbox %s\n```\n\n", h.ID)
	if h.ProvidesKey {
		fmt.Fprintf(&b, "To work in your own:\n\n```sh\nkombo-mcp install --integration-id greenhouse:8d1hpPsbjxUkoCoa1veLZGe5 --read-only %s\n```\n\n", h.ID)
	} else {
		fmt.Fprintf(&b, "To work in your own:\n\n```sh\nexport KOMBO_API_KEY=your-key\nkombo-mcp install --integration-id greenhouse:8d1hpPsbjxUkoCoa1veLZGe5 --read-only %s\n```\n\n", h.ID)
	}
	b.WriteString("Leave `--read-only` out when the agent may also write; `--remove` takes the server out again.\n")
	if err := h.pageFile(&b); err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "\n## The key\n\n%s\n", h.keySentence())
	if err := h.pageHTTP(&b); err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "\n## Then\n\n%s\n", h.nextStep)
	return b.String(), nil
}

func (h Host) keySentence() string {
	if h.ProvidesKey {
		return h.keyNote
	}
	return h.Title + " has no place for secrets of its servers. `install` puts the key from `KOMBO_API_KEY` into a file that only you can read, and the entry names that file in `KOMBO_API_KEY_FILE`; `--key-file` chooses another, and `--remove --delete-key` deletes it."
}

// pageFile says where the entry goes, and what it is.
func (h Host) pageFile(b *strings.Builder) error {
	fmt.Fprintf(b, "\n## What is written\n\n")
	none := func(string) string { return "" }
	var rows []string
	for _, m := range []Machine{{"darwin", "~", none}, {"windows", "%USERPROFILE%", none}, {"linux", "~", none}} {
		p, err := h.Path(m)
		if err != nil {
			return err
		}
		rows = append(rows, strings.ReplaceAll(p, `%USERPROFILE%\AppData\Roaming`, "%APPDATA%"))
	}
	if rows[0] == rows[1] {
		fmt.Fprintf(b, "Into `%s` in the current folder", rows[0])
	} else {
		fmt.Fprintf(b, "| system | file |\n| --- | --- |\n| macOS | `%s` |\n| Windows | `%s` |\n| Linux | `%s` |\n\nInto that file", rows[0], rows[1], rows[2])
	}
	fmt.Fprintf(b, " (`--config` names another) goes this entry, and nothing else in it changes:\n\n")
	text, err := h.Print(h.example())
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "```%s\n%s```\n", h.language(), text)
	return nil
}

func (h Host) example() Server {
	s := Server{Name: "kombo", Command: "/usr/local/bin/kombo-mcp", Args: []string{"--read-only"},
		Settings: []Variable{{VarIntegration, "greenhouse:8d1hpPsbjxUkoCoa1veLZGe5"}}}
	if h.ProvidesKey {
		s.Secrets = []string{VarKey}
	} else {
		// It cannot fail, since Home is set.
		keyFile, _ := Machine{GOOS: "darwin", Home: "/Users/you"}.KeyFile()
		s.Settings = append([]Variable{{VarKeyFile, keyFile}}, s.Settings...)
	}
	return s
}

func (h Host) pageHTTP(b *strings.Builder) error {
	fmt.Fprintf(b, "\n## A server over HTTP\n\n")
	if h.http == nil {
		fmt.Fprintf(b, "The file takes none: %s.\n", h.httpAlternative)
		return nil
	}
	text, err := h.Print(Server{Name: "kombo", URL: "https://mcp.example.com/mcp", WithToken: true})
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "```sh\nkombo-mcp install --url https://mcp.example.com/mcp %s\n```\n\n```%s\n%s```\n\n%s\n", h.ID, h.language(), text, h.tokenNote)
	return nil
}

// language returns the name of the file's format in Markdown.
func (h Host) language() string {
	switch f := h.format.(type) {
	case tomlFormat:
		return "toml"
	case jsonFormat:
		if f.comments {
			return "jsonc"
		}
		return "json"
	}
	return "yaml"
}

// hostTable returns a table of the hosts in Markdown, with links to pages below dir.
func hostTable(dir string) string {
	var b strings.Builder
	b.WriteString("| host | command | where the key is |\n| --- | --- | --- |\n")
	for _, h := range All() {
		location := "a file that only you can read"
		switch {
		case h.inputs != nil:
			location = "the system's secret store; VS Code asks once"
		case h.ID == "goose":
			location = "Goose's keyring, or its environment"
		case h.ID == "continue":
			location = "Continue's secrets"
		case h.ID == "librechat":
			location = "LibreChat's `.env`"
		case h.ProvidesKey:
			location = "the host's environment"
		}
		fmt.Fprintf(&b, "| [%s](%s%s.md) | `kombo-mcp install %s` | %s |\n", h.Title, dir, h.ID, h.ID, location)
	}
	return b.String()
}
