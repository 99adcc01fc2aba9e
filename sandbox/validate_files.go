package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// The limits of the ATS, which get_attachment_restrictions returns.
const (
	maxFileBytes  = 5_000_000
	maxTotalBytes = 10_000_000
	maxAddedBytes = 10_485_760
)

// amountLimits is the maximum number of files of each type when creating an
// application. The minimum is 0.
var amountLimits = map[string]int{kindCV: 1, kindLetter: 1, kindOther: 3}

const (
	kindCV     = "CV"
	kindLetter = "COVER_LETTER"
	kindOther  = "OTHER"
)

var attachmentKinds = []string{kindCV, kindLetter, kindOther}

var textMimes = []string{mimePDF, mimeDOC, mimeDOCX, mimeODT, mimeRTF, mimeHTML, mimeText}

// acceptedMimes returns the content types that the ATS accepts for a kind of file.
func acceptedMimes(kind string) []string {
	if kind == kindOther {
		return append(slices.Clone(textMimes), mimePNG, mimeJPEG)
	}
	return textMimes
}

// upload is a file in a write.
type upload struct {
	path, name, mime, url, kind string
	data                        []byte
}

// upload decodes a file. Exactly one of data, which requires a content type, and
// data_url, which is recorded but never fetched, must be given.
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

// attachments decodes the files of a new application and checks them against the
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

// check validates the size and the type of a file, as far as they are known.
func (u upload) check(limit int, issues *issueList) {
	if len(u.data) > limit {
		issues.add(u.path, fmt.Sprintf("File can have at most %d bytes, received %d", limit, len(u.data)))
	}
	accepted := acceptedMimes(u.kind)
	if u.kind != "" && u.mime != "" && !slices.Contains(accepted, strings.ToLower(u.mime)) {
		issues.add(u.path, "File type "+u.mime+" is not accepted. Expected "+quoted(accepted))
	}
}
