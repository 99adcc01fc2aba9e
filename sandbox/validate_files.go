package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// What the ATS takes; get_attachment_restrictions tells the same.
const (
	maxFileBytes  = 5_000_000
	maxTotalBytes = 10_000_000
	maxAddedBytes = 10_485_760
)

// amountLimits is the largest number of files of a type on create; each is 0
// at the least.
var amountLimits = map[string]int{kindCV: 1, kindLetter: 1, kindOther: 3}

const (
	kindCV     = "CV"
	kindLetter = "COVER_LETTER"
	kindOther  = "OTHER"
)

var attachmentKinds = []string{kindCV, kindLetter, kindOther}

var textMimes = []string{mimePDF, mimeDOC, mimeDOCX, mimeODT, mimeRTF, mimeHTML, mimeText}

// acceptedMimes lists the types of file that the ATS takes of a kind.
func acceptedMimes(kind string) []string {
	if kind == kindOther {
		return append(slices.Clone(textMimes), mimePNG, mimeJPEG)
	}
	return textMimes
}

// upload is a file that a write brings along.
type upload struct {
	path, name, mime, url, kind string
	data                        []byte
}

// upload reads a file: exactly one of data, which needs its type, and data_url,
// which is recorded but not fetched.
func (o object) upload(typed bool) upload {
	u := upload{path: o.path, name: o.text("name", true)}
	u.mime = o.pattern("content_type", false, mimePattern, "Invalid content type")
	u.url = o.url("data_url", false)
	if typed {
		u.kind = o.enum("type", true, attachmentKinds...)
	}
	encoded, hasData := field[string](o, "data", "string", false)
	_, hasURL := o.value["data_url"]
	switch {
	case hasData && hasURL:
		o.issues.add(o.path, "Only one of data and data_url can be given")
	case !hasData && !hasURL:
		o.issues.add(o.path, "One of data and data_url must be given")
	case hasData && u.mime == "":
		o.fail("content_type", "Required if data is given")
	}
	if hasData {
		data, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			o.fail("data", "Invalid base64")
		}
		u.data = data
	} else if u.mime == "" {
		u.mime = mimeByName(u.name)
	}
	return u
}

// attachments reads the files of the two creates and checks them against the
// restrictions.
func (o object) attachments() []upload {
	var out []upload
	count := map[string]int{}
	total := 0
	for _, item := range o.objects("attachments", false) {
		u := item.upload(true)
		u.check(maxFileBytes, o.issues)
		count[u.kind]++
		total += len(u.data)
		out = append(out, u)
	}
	for _, kind := range attachmentKinds {
		if count[kind] > amountLimits[kind] {
			o.fail("attachments", fmt.Sprintf("At most %d of type %s can be given, received %d", amountLimits[kind], kind, count[kind]))
		}
	}
	if total > maxTotalBytes {
		o.fail("attachments", fmt.Sprintf("Together they can have at most %d bytes, received %d", maxTotalBytes, total))
	}
	return out
}

// check holds one file against size and type; what is only linked cannot be.
func (u upload) check(limit int, issues *issueList) {
	if len(u.data) > limit {
		issues.add(u.path, fmt.Sprintf("File can have at most %d bytes, received %d", limit, len(u.data)))
	}
	accepted := acceptedMimes(u.kind)
	if u.kind != "" && u.mime != "" && !slices.Contains(accepted, strings.ToLower(u.mime)) {
		issues.add(u.path, "File type "+u.mime+" is not accepted. Expected "+quoted(accepted))
	}
}
