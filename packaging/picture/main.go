// Command picture draws the README's picture: the output of kombo-mcp demo on a
// terminal, for the questions that fit. It runs the given program on a fixed day, so
// that the picture is the program's real output and does not change from day to day.
//
//	go run ./packaging/picture bin/kombo-mcp > docs/picture.svg
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: picture PROGRAM")
		os.Exit(2)
	}
	svg, err := picture(os.Args[1])
	if err == nil {
		_, err = os.Stdout.WriteString(svg) //nolint:forbidigo // it is no server
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "picture: "+err.Error())
		os.Exit(1)
	}
}

// shown are the beginnings of the questions of the demo that the picture shows.
var shown = []string{"Where do people stand", "Where do we lose people", "Show me the rejected"}

// step is a question of the demo.
type step struct {
	Ask, Tool, Answer string
	Arguments         json.RawMessage
}

func picture(program string) (string, error) {
	cmd := exec.Command(program, "demo", "--json", "--today", "2026-11-24") //nolint:gosec // the caller names the program
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, &stderr)
	}
	lines := []line{{"$ kombo-mcp demo", "#9ece6a"}}
	found := 0
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var s step
		err := dec.Decode(&s)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(shown, func(begin string) bool { return strings.HasPrefix(s.Ask, begin) }) {
			found++
			lines = append(lines, s.lines()...)
		}
	}
	if found != len(shown) {
		return "", fmt.Errorf("the demo has only %d of the %d questions to draw", found, len(shown))
	}
	return draw(lines), nil
}

// line is a line on the terminal.
type line struct{ text, colour string }

// width is the number of characters on a line.
const width = 104

func (s step) lines() []line {
	out := []line{{"", ""}, {"> " + s.Ask, "#7aa2f7"}}
	for _, l := range wrap("  "+s.Tool+" "+string(s.Arguments), width) {
		out = append(out, line{l, "#bb9af7"})
	}
	out = append(out, line{"", ""})
	for l := range strings.SplitSeq(strings.TrimRight(aligned(s.Answer), "\n"), "\n") {
		for _, part := range wrap("    "+l, width) {
			out = append(out, line{part, "#c0caf5"})
		}
	}
	return out
}

// aligned aligns the columns of a table.
func aligned(text string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 3, ' ', 0)
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Flush()); err != nil {
		return text
	}
	return b.String()
}

// wrap breaks a line between words, at most at characters each.
func wrap(text string, at int) []string {
	var out []string
	margin := text[:len(text)-len(strings.TrimLeft(text, " "))]
	for utf8.RuneCountInString(text) > at {
		runes := []rune(text)
		i := strings.LastIndex(string(runes[:at]), " ")
		if i <= len(margin) {
			break
		}
		out = append(out, strings.TrimRight(text[:i], " "))
		text = margin + strings.TrimLeft(text[i:], " ")
	}
	return append(out, strings.TrimRight(text, " "))
}

// The dimensions of the drawing, in pixels.
const (
	glyph  = 81 // tenths
	row    = 19
	border = 20
	bar    = 34
)

func draw(lines []line) string {
	var b strings.Builder
	w, h := width*glyph/10+2*border, len(lines)*row+bar+border
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="kombo-mcp demo on a terminal: a recruiter's questions, the tool calls that answer them, and the answers">`+"\n", w, h)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#1a1b26"/>`+"\n", w, h)
	for i, colour := range []string{"#f7768e", "#e0af68", "#9ece6a"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="5.5" fill="%s"/>`+"\n", border+i*18, colour)
	}
	b.WriteString(`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.4">` + "\n")
	for i, l := range lines {
		if strings.TrimSpace(l.text) == "" {
			continue
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s" xml:space="preserve">%s</text>`+"\n", border, bar+(i+1)*row-5, l.colour, html.EscapeString(l.text))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}
