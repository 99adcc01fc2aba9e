package sandbox

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"unicode/utf16"
)

func writeText(_ string, lines []string) []byte {
	return []byte(strings.Join(lines, "\n") + "\n")
}

func writeHTML(title string, lines []string) []byte {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>" + html.EscapeString(title) + "</title><style>p{margin:0}</style></head><body>\n")
	for _, line := range lines {
		b.WriteString("<p>" + html.EscapeString(line) + "</p>\n")
	}
	b.WriteString("</body></html>\n")
	return []byte(b.String())
}

func writeRTF(_ string, lines []string) []byte {
	var b strings.Builder
	b.WriteString(`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Helvetica;}}\f0\fs22` + "\n")
	for _, line := range lines {
		for _, unit := range utf16.Encode([]rune(line)) {
			switch {
			case unit == '\\' || unit == '{' || unit == '}':
				b.WriteString(`\` + string(rune(unit)))
			case unit < 128:
				b.WriteRune(rune(unit))
			default:
				fmt.Fprintf(&b, `\u%d?`, int16(unit)) //nolint:gosec // in RTF it is signed
			}
		}
		b.WriteString(`\par` + "\n")
	}
	b.WriteString("}")
	return []byte(b.String())
}

func xmlText(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // writing to a builder does not fail
	}
	return b.String()
}

// part is one file in a zipped document.
type part struct{ name, content string }

func zipped(parts []part, firstStored bool) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i, p := range parts {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		if i == 0 && firstStored {
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			return nil // writing to a buffer does not fail
		}
		if _, err := w.Write([]byte(p.content)); err != nil {
			return nil
		}
	}
	if err := z.Close(); err != nil {
		return nil
	}
	return buf.Bytes()
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

func writeDOCX(_ string, lines []string) []byte {
	var b strings.Builder
	b.WriteString(xmlHeader + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, line := range lines {
		b.WriteString(`<w:p><w:r><w:t xml:space="preserve">` + xmlText(line) + `</w:t></w:r></w:p>`)
	}
	b.WriteString(`</w:body></w:document>`)
	return zipped([]part{
		{"[Content_Types].xml", xmlHeader + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="` + mimeDOCX + `.main+xml"/></Types>`},
		{"_rels/.rels", xmlHeader + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", b.String()},
	}, false)
}

func writeODT(_ string, lines []string) []byte {
	var b strings.Builder
	b.WriteString(xmlHeader + `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ` +
		`xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:text>`)
	for _, line := range lines {
		b.WriteString(`<text:p>` + xmlText(line) + `</text:p>`)
	}
	b.WriteString(`</office:text></office:body></office:document-content>`)
	return zipped([]part{
		{"mimetype", mimeODT},
		{"META-INF/manifest.xml", xmlHeader + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">` +
			`<manifest:file-entry manifest:full-path="/" manifest:media-type="` + mimeODT + `"/>` +
			`<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`},
		{"content.xml", b.String()},
	}, true)
}
