package sandbox

import (
	"net/http"
	"time"
)

func (s *Sandbox) applicationAttachments(c *call) ([]byte, *refusal) {
	return s.listFiles(c, modelApplication, "Application")
}

func (s *Sandbox) candidateAttachments(c *call) ([]byte, *refusal) {
	return s.listFiles(c, modelCandidate, "Candidate")
}

// listFiles lists the files of a candidate, or of an application: its own and
// those that belong to the candidate as a whole. It is live, without lag.
func (s *Sandbox) listFiles(c *call, m model, kind string) ([]byte, *refusal) {
	return s.write(func(st *store) ([]byte, *refusal) {
		index, ok := st.findUndeleted(m, c.params[0])
		if !ok {
			return nil, unknownRecord(kind, c.params[0])
		}
		person := index
		if m == modelApplication {
			person = st.applications[index].candidate
		}
		var files []file
		if person != none {
			files = s.filesOf(person)
		}
		return success(func(e *enc) {
			e.object("data")
			e.list("results")
			for _, f := range files {
				if m == modelCandidate || f.ApplicationID == "" || f.ApplicationID == c.params[0] {
					e.file(f, s.fileURL(c.r, f), m == modelCandidate)
				}
			}
			e.closeList()
			e.close()
		}, nil), nil
	})
}

func (e *enc) file(f file, url string, owners bool) {
	e.open()
	e.str("id", f.ID)
	if owners {
		e.text("application_id", f.ApplicationID)
		e.str("candidate_id", f.CandidateID)
	}
	e.str("type", f.Type)
	e.str("remote_id", f.RemoteID)
	e.str("data_url", url)
	e.str("file_name", f.FileName)
	e.str("content_type", f.ContentType)
	created := ms(0)
	if !f.Created.IsZero() {
		created = ms(f.Created.UnixMilli())
	}
	e.when("remote_created_at", created)
	e.when("remote_updated_at", created)
	e.close()
}

// fileURL returns a URL for a file, under Options.BaseURL or else on the host of the
// request. A file that was added by its URL keeps it.
func (s *Sandbox) fileURL(r *http.Request, f file) string {
	if f.DataURL != "" {
		return f.DataURL
	}
	origin := s.opts.BaseURL
	if origin == "" {
		origin = "http://" + r.Host
	}
	return origin + "/files/" + s.files.issue(s.opts.Seed, f, s.opts.tick())
}

// filesOf returns the files of a candidate: the generated documents, then those that
// writes added. The caller holds the lock.
func (s *Sandbox) filesOf(person int) []file {
	files := s.live.documents(person)
	for _, a := range s.unlisted.uploads[person] {
		if a.ContentType == "" {
			a.ContentType = "application/octet-stream"
		}
		files = append(files, file{Attachment: a, content: func() []byte { return a.Data }})
	}
	return files
}

// documents returns the generated documents of a candidate, up to three. Their content
// is generated when it is needed.
func (st *store) documents(person int) []file {
	c := &st.candidates[person]
	var files []file
	add := func(slot int, kind, name, mime string, content func() []byte) {
		id := makeID(st.seed, attachmentSpace+uint64(person*4+slot)) //nolint:gosec // never negative
		f := file{content: content, Attachment: Attachment{
			ID: id.String(), RemoteID: "doc-" + id.String()[:10], CandidateID: c.id.String(), Type: kind, FileName: name, ContentType: mime,
		}}
		if c.created != 0 && slot != 2 {
			f.Created = time.UnixMilli(int64(c.created)).UTC()
		}
		if (slot == 1 || person%2 == 0) && len(c.applications) > 0 {
			f.ApplicationID = st.applications[c.applications[0]].id.String()
		}
		files = append(files, f)
	}
	if c.cv.format != docNone {
		form := forms[c.cv.format]
		mime := form.mime
		if mime == mimePDF && person%7 == 0 {
			mime = "application/x-pdf" // as in some ATS
		}
		add(0, kindCV, "CV "+fileName(c)+form.extension, mime, func() []byte { return form.write(c.fullName(), st.cvLines(person)) })
	}
	if c.cv.letter {
		add(1, kindLetter, "Cover letter.txt", mimeText, func() []byte { return writeText(c.fullName(), st.letterLines(person)) })
	}
	if c.cv.image {
		add(2, kindOther, "photo.png", mimePNG, func() []byte { return portrait(person) })
	}
	return files
}
