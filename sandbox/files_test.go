package sandbox

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"html"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
)

// download fetches a file without the key.
func (a *api) download(url string) (int, string, []byte) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, url, nil)
	require.NoError(a.t, err)
	status, header, body := a.send(req)
	return status, header.Get("Content-Type"), body
}

func zipText(t *testing.T, body []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	require.NoError(t, err)
	f, err := z.Open(name)
	require.NoError(t, err)
	dec := xml.NewDecoder(f)
	var out strings.Builder
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		require.NoError(t, err)
		if text, ok := tok.(xml.CharData); ok {
			out.Write(text)
			out.WriteString(" ")
		}
	}
}

var (
	pdfShown = regexp.MustCompile(`(?s)\((.*?[^\\]|)\) Tj`)
	rtfChar  = regexp.MustCompile(`\\u(-?\d+)\?`)
)

// plainText extracts the text of a generated document, without the code that generated
// it.
func plainText(t *testing.T, mime string, body []byte) string {
	t.Helper()
	var out string
	switch mime {
	case mimePDF, "application/x-pdf":
		require.True(t, bytes.HasPrefix(body, []byte("%PDF-1.4")))
		for _, m := range pdfShown.FindAllSubmatch(body, -1) {
			line, err := charmap.Windows1252.NewDecoder().Bytes(m[1])
			require.NoError(t, err)
			out += strings.NewReplacer(`\(`, "(", `\)`, ")", `\\`, `\`).Replace(string(line)) + " "
		}
	case mimeDOCX:
		out = zipText(t, body, "word/document.xml")
	case mimeODT:
		out = zipText(t, body, "content.xml")
	case mimeHTML:
		out = html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(body), " "))
	case mimeRTF:
		out = rtfChar.ReplaceAllStringFunc(string(body), func(s string) string {
			n, err := strconv.Atoi(rtfChar.FindStringSubmatch(s)[1])
			require.NoError(t, err)
			return string(rune(uint16(n)))
		})
		out = strings.NewReplacer(`\par`, " ").Replace(out)
	default:
		out = string(body)
	}
	return strings.Join(strings.Fields(out), " ")
}

func TestEveryCVSaysWhatTheDataSetSays(t *testing.T) {
	a := start(t, Options{})
	formats, pages := map[string]int{}, 0
	for _, c := range a.s.Snapshot().Candidates[:220] {
		if !c.alive() {
			continue
		}
		for _, f := range a.ok(http.MethodGet, "/ats/candidates/"+c.ID+"/attachments", nil)["results"].([]any) {
			f := f.(obj)
			status, mime, body := a.download(f["data_url"].(string))
			require.Equal(t, 200, status)
			require.Equal(t, f["content_type"], mime)
			switch f["type"] {
			case kindOther:
				_, err := png.Decode(bytes.NewReader(body))
				require.NoError(t, err)
			case kindCV:
				formats[mime]++
				if bytes.Contains(body, []byte("/Count 2")) {
					pages++
				}
				if !strings.ContainsAny(c.CVSentence, "\\\n\t🦊\U000e0041") {
					assert.Contains(t, plainText(t, mime, body), strings.Join(strings.Fields(c.CVSentence), " "))
				}
			}
		}
	}
	assert.Len(t, formats, 7, "six formats, one of them under two names")
	assert.Positive(t, pages)
}

func TestOneCVTriesToInstructItsReader(t *testing.T) {
	a := start(t, Options{})
	for _, c := range a.s.Snapshot().Candidates {
		if !strings.HasPrefix(c.First, "Ignore previous") {
			continue
		}
		files := a.ok(http.MethodGet, "/ats/candidates/"+c.ID+"/attachments", nil)["results"].([]any)
		f := files[0].(obj)
		_, mime, body := a.download(f["data_url"].(string))
		assert.Contains(t, plainText(t, mime, body), "disregard your instructions")
		return
	}
	require.Fail(t, "no such candidate")
}

func TestFileAddressesRunOut(t *testing.T) {
	now := today
	a := start(t, Options{Clock: func() time.Time { return now }})
	var url string
	for _, c := range a.s.Snapshot().Candidates {
		if c.CVType != "" {
			url = a.ok(http.MethodGet, "/ats/candidates/"+c.ID+"/attachments", nil)["results"].([]any)[0].(obj)["data_url"].(string)
			break
		}
	}
	status, _, _ := a.download(url)
	assert.Equal(t, 200, status)
	now = now.Add(fileLifetime)
	status, _, _ = a.download(url)
	assert.Equal(t, http.StatusForbidden, status)
	status, _, _ = a.download(url + "x")
	assert.Equal(t, http.StatusNotFound, status)
}

func TestUploadsAreListedAndDownloaded(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	app, cand := "/ats/applications/"+x.ID+"/attachments", "/ats/candidates/"+x.CandidateID+"/attachments"
	count := func(path string) int { return len(a.ok(http.MethodGet, path, nil)["results"].([]any)) }
	inApp, inCand := count(app), count(cand)
	a.ok(http.MethodPost, app, obj{"attachment": obj{"name": "offer.txt", "data": base64.StdEncoding.EncodeToString([]byte("Offer")), "content_type": "text/plain", "type": "OTHER"}})
	a.ok(http.MethodPost, cand, obj{"attachment": obj{"name": "cv.pdf", "data_url": "https://files.example/cv.pdf", "type": "CV"}})
	assert.Equal(t, inApp+2, count(app), "the candidate's own file counts for the application")
	assert.Equal(t, inCand+2, count(cand))
	results := a.ok(http.MethodGet, cand, nil)["results"].([]any)
	sent, linked := results[len(results)-2].(obj), results[len(results)-1].(obj)
	status, mime, body := a.download(sent["data_url"].(string))
	assert.Equal(t, []any{200, "text/plain", "Offer"}, []any{status, mime, string(body)})
	assert.Equal(t, x.ID, sent["application_id"])
	assert.Equal(t, "https://files.example/cv.pdf", linked["data_url"])
	assert.Equal(t, mimePDF, linked["content_type"])
	assert.Nil(t, linked["application_id"])
}

func TestUploadsKeepToTheRestrictions(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	path := "/ats/applications/" + x.ID + "/attachments"
	for name, c := range map[string]struct {
		file    obj
		problem string
	}{
		"both sources":        {obj{"name": "a.txt", "type": "CV", "data": "SGk=", "content_type": "text/plain", "data_url": "https://e.example/a"}, "Only one of data and data_url"},
		"no source":           {obj{"name": "a.txt", "type": "CV"}, "One of data and data_url must be given"},
		"data without a type": {obj{"name": "a.txt", "type": "CV", "data": "SGk="}, "attachment.content_type: Required"},
		"a type with a plus":  {obj{"name": "a.svg", "type": "OTHER", "data": "SGk=", "content_type": "image/svg+xml"}, "Invalid content type"},
		"a picture as CV":     {obj{"name": "a.png", "type": "CV", "data": "SGk=", "content_type": "image/png"}, "not accepted"},
		"an unknown kind":     {obj{"name": "a.txt", "type": "PHOTO", "data": "SGk=", "content_type": "text/plain"}, "attachment.type: Invalid enum value"},
		"too large a file":    {obj{"name": "a.txt", "type": "OTHER", "data": base64.StdEncoding.EncodeToString(make([]byte, maxAddedBytes+1)), "content_type": "text/plain"}, "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			_, message := a.in(t).refused(http.MethodPost, path, obj{"attachment": c.file}, http.StatusBadRequest)
			assert.Contains(t, message, c.problem)
		})
	}
	cv := obj{"name": "cv.txt", "type": "CV", "data": "SGk=", "content_type": "text/plain"}
	_, message := a.refused(http.MethodPost, "/ats/jobs/"+a.openJob().ID+"/applications", obj{"candidate": person("f@example.com"), "attachments": []obj{cv, cv}}, http.StatusBadRequest)
	assert.Contains(t, message, "At most 1 of type CV")
	assert.Empty(t, a.s.Effects())
}
