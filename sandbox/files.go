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

// Attachment is a file that a write put on a candidate or application.
type Attachment struct {
	ID, RemoteID string
	// CandidateID is never empty; ApplicationID is where the file belongs to
	// the candidate as a whole.
	CandidateID, ApplicationID string
	// Type is CV, COVER_LETTER or OTHER.
	Type                  string
	FileName, ContentType string
	// Data is what was sent; empty if only DataURL, which is never fetched.
	Data    []byte
	DataURL string
	Created time.Time
}

// file is an attachment as the two reads list it; content writes it.
type file struct {
	Attachment
	content func() []byte
}

// writings is what writes leave behind that no list shows.
type writings struct {
	notes   map[int][]Note
	links   map[kid][]ResultLink
	uploads map[int][]Attachment // by candidate
	files   int
}

func (w *writings) note(application int, n Note) {
	if w.notes == nil {
		w.notes = map[int][]Note{}
	}
	w.notes[application] = append(w.notes[application], n)
}

func (w *writings) link(id kid, l ResultLink) {
	if w.links == nil {
		w.links = map[kid][]ResultLink{}
	}
	w.links[id] = append(w.links[id], l)
}

// keep stores a file of a write. The caller holds the lock and has validated
// it; application is none for the candidate's own.
func (s *Sandbox) keep(candidate, application int, u upload) {
	w := &s.kept
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

// Notes returns the notes that writes put on an application, oldest first.
func (s *Sandbox) Notes(applicationID string) []Note {
	s.load()
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.live.find(modelApplication, applicationID)
	if !ok {
		return nil
	}
	return slices.Clone(s.kept.notes[a])
}

// ResultLinks returns the result links of an application or candidate.
func (s *Sandbox) ResultLinks(id string) []ResultLink {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, _ := parseKID(id)
	return slices.Clone(s.kept.links[k])
}

// Attachments returns the files that writes put on an application or candidate;
// those that were there before are only in the reads.
func (s *Sandbox) Attachments(id string) []Attachment {
	s.load()
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c, ok := s.live.find(modelCandidate, id); ok {
		return slices.Clone(s.kept.uploads[c])
	}
	a, ok := s.live.find(modelApplication, id)
	if !ok || s.live.applications[a].candidate == none {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.kept.uploads[s.live.applications[a].candidate]), func(f Attachment) bool { return f.ApplicationID != id })
}

// fileTokens are the addresses that were given out; they need no key and run
// out.
type fileTokens struct {
	mu     sync.Mutex
	given  int
	tokens map[string]fileToken
}

type fileToken struct {
	file    file
	expires time.Time
}

func (t *fileTokens) give(seed uint64, f file, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tokens == nil || len(t.tokens) > 4096 {
		t.dropExpired(now)
	}
	token := makeID(seed, otherSpace*8+uint64(t.given)).String() //nolint:gosec // never negative
	t.given++
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

// download serves a file to whoever has its address.
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
	s.mu.RLock() // the content is written from the store
	defer s.mu.RUnlock()
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {t.file.ContentType}}, body: t.file.content()}
}

func plain(status int, text string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, body: []byte(text + "\n")}
}
