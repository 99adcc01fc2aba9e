package kombo

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecodeResponse passes any body to the decoders. They must not panic, errors
// must be of a known kind, and it must be possible to encode what was decoded.
func FuzzDecodeResponse(f *testing.F) {
	text, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		f.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		f.Fatal(err)
	}
	for _, raw := range all {
		var e example
		if json.Unmarshal(raw, &e) == nil && len(e.Response) > 0 {
			f.Add([]byte(e.Response))
			f.Add([]byte(e.Response[:len(e.Response)/2]))
		}
	}
	for _, seed := range []string{"", "<html>", "[]", `{"data":{"results":[{"stages":{"a":1}}],"next":4}}`, `{"error":{"message":{}}}`, failed("ATS.JOB_CLOSED", "m")} {
		f.Add([]byte(seed))
	}
	log := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, body []byte) {
		jobs, err := decodeSuccess[listData[Job]](body, true, log)
		check(t, jobs, err)
		applications, err := decodeSuccess[listData[Application]](body, true, log)
		check(t, applications, err)
		if err == nil && applications.Data.Results == nil {
			t.Fatal("a list without results passed")
		}
		made, err := decodeSuccess[*CreatedApplication](body, false, log)
		check(t, made, err)
		var e Error
		decodeFailure(body, &e)
		if len(e.Body) > maxKeptBody || (len(e.Body) > 0 && !utf8.ValidString(e.Body)) {
			t.Fatalf("kept %d bytes", len(e.Body))
		}
		if e.Code == "" && strings.TrimSpace(e.Message) == "" && e.Title == "" && e.LogURL == "" && e.Body == "" && len(body) == 0 {
			t.Fatal("an error without a word")
		}
	})
}

func check(t *testing.T, got any, err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, errTruncated) && !errors.Is(err, errNotKombo) {
			t.Fatalf("unclassified: %v", err)
		}
		return
	}
	if _, err := json.Marshal(got); err != nil {
		t.Fatalf("cannot be written again: %v", err)
	}
}
