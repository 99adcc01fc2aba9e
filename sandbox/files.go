package sandbox

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	mimePDF  = "application/pdf"
	mimeDOC  = "application/msword"
	mimeDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	mimeODT  = "application/vnd.oasis.opendocument.text"
	mimeRTF  = "application/rtf"
	mimeHTML = "text/html"
	mimeText = "text/plain"
	mimePNG  = "image/png"
	mimeJPEG = "image/jpeg"
)

var mimeByExtension = map[string]string{
	".pdf": mimePDF, ".doc": mimeDOC, ".docx": mimeDOCX, ".odt": mimeODT, ".rtf": mimeRTF, ".html": mimeHTML, ".txt": mimeText,
	".png": mimePNG, ".jpg": mimeJPEG, ".jpeg": mimeJPEG,
}

func mimeByName(name string) string { return mimeByExtension[strings.ToLower(path.Ext(name))] }

// Attachment is a file that a write added to a candidate or an application.
type Attachment struct {
	ID, RemoteID string
	// CandidateID is always set; ApplicationID is empty if the file belongs to the
	// candidate.
	CandidateID, ApplicationID string
	// Type is CV, COVER_LETTER or OTHER.
	Type                  string
	FileName, ContentType string
	// Data is the content, empty if only DataURL was given, which is never fetched.
	Data    []byte
	DataURL string
	Created time.Time
}

// file is an attachment as reads list it. content returns its content.
type file struct {
	Attachment
	content func() []byte
}

// unlistedData is what writes have added that no list shows.
type unlistedData struct {
	notes   map[int][]Note
	links   map[komboID][]ResultLink
	uploads map[int][]Attachment // by candidate
	files   int
}

func (w *unlistedData) note(application int, n Note) {
	if w.notes == nil {
		w.notes = map[int][]Note{}
	}
	w.notes[application] = append(w.notes[application], n)
}

func (w *unlistedData) link(id komboID, l ResultLink) {
	if w.links == nil {
		w.links = map[komboID][]ResultLink{}
	}
	w.links[id] = append(w.links[id], l)
}

// keep stores a validated file of a write. application is none if the file belongs to
// the candidate. The caller holds the lock.
func (s *Sandbox) keep(candidate, application int, u upload) {
	w := &s.unlisted
	if w.uploads == nil {
		w.uploads = map[int][]Attachment{}
	}
	id := makeID(s.live.seed, attachmentSpace*8+uint64(w.files)) //nolint:gosec // never negative
	w.files++
	a := Attachment{
		ID: id.String(), RemoteID: "file-" + id.String()[:8], CandidateID: s.live.candidates[candidate].id.String(), Type: u.kind,
		FileName: u.name, ContentType: u.mime, Data: u.data, DataURL: u.url, Created: s.opts.now().UTC(),
	}
	if application != none {
		a.ApplicationID = s.live.applications[application].id.String()
	}
	w.uploads[candidate] = append(w.uploads[candidate], a)
}

// Notes returns the notes that writes added to an application, oldest first.
func (s *Sandbox) Notes(applicationID string) []Note {
	s.load()
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.live.find(modelApplication, applicationID)
	if !ok {
		return nil
	}
	return slices.Clone(s.unlisted.notes[a])
}

// ResultLinks returns the result links of an application or a candidate.
func (s *Sandbox) ResultLinks(id string) []ResultLink {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, _ := parseID(id)
	return slices.Clone(s.unlisted.links[k])
}

// Attachments returns the files that writes added to an application or a candidate.
// Reads also list the files that were there before.
func (s *Sandbox) Attachments(id string) []Attachment {
	s.load()
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c, ok := s.live.find(modelCandidate, id); ok {
		return slices.Clone(s.unlisted.uploads[c])
	}
	a, ok := s.live.find(modelApplication, id)
	if !ok || s.live.applications[a].candidate == none {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.unlisted.uploads[s.live.applications[a].candidate]), func(f Attachment) bool { return f.ApplicationID != id })
}

// fileTokens are the tokens in the URLs of files, which expire and need no key.
type fileTokens struct {
	mu     sync.Mutex
	issued int
	tokens map[string]fileToken
}

type fileToken struct {
	file    file
	expires time.Time
}

func (t *fileTokens) issue(seed uint64, f file, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tokens == nil || len(t.tokens) > 4096 {
		t.dropExpired(now)
	}
	token := makeID(seed, otherSpace*8+uint64(t.issued)).String() //nolint:gosec // never negative
	t.issued++
	t.tokens[token] = fileToken{file: f, expires: now.Add(fileLifetime)}
	return token
}

func (t *fileTokens) dropExpired(now time.Time) {
	kept := map[string]fileToken{}
	for k, v := range t.tokens {
		if now.Before(v.expires) {
			kept[k] = v
		}
	}
	t.tokens = kept
}

// download serves a file to anybody who has its URL.
func (s *Sandbox) download(r *http.Request, token string) reply {
	if r.Method != http.MethodGet {
		return plain(http.StatusMethodNotAllowed, "Method not allowed")
	}
	s.files.mu.Lock()
	t, ok := s.files.tokens[token]
	s.files.mu.Unlock()
	switch {
	case !ok:
		return plain(http.StatusNotFound, "No such file")
	case !s.opts.tick().Before(t.expires):
		return plain(http.StatusForbidden, "Request has expired")
	}
	s.mu.RLock() // the content is generated from the store
	defer s.mu.RUnlock()
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {t.file.ContentType}}, body: t.file.content()}
}

func plain(status int, text string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, body: []byte(text + "\n")}
}
