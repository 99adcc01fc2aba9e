package tools

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// screening turns answers into what the wire wants and compares them with the job's
// questions. The questions come from Kombo's copy, so what does not fit is a warning;
// without the job, answers are sent as they are.
func (c *call) screening(ctx context.Context, p *writes.Plan, job *kombo.Job, given []answerArgs) []kombo.ScreeningAnswerInput {
	var out []kombo.ScreeningAnswerInput
	if job == nil {
		for _, a := range given {
			out = append(out, kombo.ScreeningAnswerInput{QuestionID: a.QuestionID, Answer: a.native()})
		}
		return out
	}
	answered := map[string]any{}
	for i, a := range given {
		at := fmt.Sprintf("screening_question_answers[%d]", i)
		q := questionOf(p, at, job, a.QuestionID)
		if q == nil {
			out = append(out, kombo.ScreeningAnswerInput{QuestionID: a.QuestionID, Answer: a.native()})
			continue
		}
		if _, twice := answered[q.ID]; twice {
			p.AddProblem("%s answers %q a second time.", at, wording.Clip(digest.Clean(q.Title), 60))
			continue
		}
		v := c.answerTo(ctx, p, at, q, a)
		answered[q.ID] = v
		out = append(out, kombo.ScreeningAnswerInput{QuestionID: q.ID, Answer: v})
	}
	warnUnanswered(p, job, answered)
	return out
}

// native reads an answer without its question: as JSON if it is a list, an object, a
// number or a boolean, else as text.
func (a answerArgs) native() any {
	var v any
	if json.Unmarshal([]byte(strings.TrimSpace(string(a.Answer))), &v) == nil && v != nil {
		return v
	}
	return string(a.Answer)
}

// questionOf finds a question of the job by id or title; nil where it has none.
func questionOf(p *writes.Plan, at string, job *kombo.Job, ref string) *kombo.ScreeningQuestion {
	d := &names.Directory{Noun: "questions of this job"}
	for _, q := range job.ScreeningQuestions {
		d.Entries = append(d.Entries, names.Entry{ID: q.ID, Name: digest.Clean(q.Title)})
	}
	found, err := d.Resolve(at+".question_id", ref)
	if err != nil {
		if len(d.Find(ref)) > 1 {
			p.AddProblem("%v", err)
		} else {
			p.AddWarning("%v", err)
		}
		return nil
	}
	i := slices.IndexFunc(job.ScreeningQuestions, func(q kombo.ScreeningQuestion) bool { return q.ID == found.ID })
	return &job.ScreeningQuestions[i]
}

// answerTo reads an answer in the format of its question.
func (c *call) answerTo(ctx context.Context, p *writes.Plan, at string, q *kombo.ScreeningQuestion, a answerArgs) any {
	f := q.Format
	if f == nil {
		f = &kombo.QuestionFormat{}
	}
	text := strings.TrimSpace(string(a.Answer))
	about := fmt.Sprintf("%s (%q)", at, wording.Clip(digest.Clean(q.Title), 60))
	switch f.Type {
	case "TEXT":
		if s := unquoted(text); f.MaxLength == nil || utf8.RuneCountInString(s) <= *f.MaxLength {
			return s
		}
		p.AddWarning("%s takes at most %d characters.", about, *f.MaxLength)
		return unquoted(text)
	case "NUMBER":
		return numberAnswer(p, about, f, text)
	case "BOOLEAN":
		return boolAnswer(p, about, text)
	case "DATE":
		return planDate(p, about, unquoted(text))
	case "SINGLE_SELECT", "MULTI_SELECT":
		return choiceAnswer(p, about, f, text)
	case "FILE":
		return c.fileAnswer(ctx, p, at, about, f, text)
	case "INFORMATION":
		p.AddWarning("%s is a text block that takes no answer.", about)
	}
	return a.native()
}

// unquoted decodes a text that came as a JSON string.
func unquoted(s string) string {
	var out string
	if strings.HasPrefix(s, `"`) && json.Unmarshal([]byte(s), &out) == nil {
		return out
	}
	return s
}

func numberAnswer(p *writes.Plan, about string, f *kombo.QuestionFormat, text string) any {
	n, err := strconv.ParseFloat(unquoted(text), 64)
	if err != nil {
		p.AddWarning("%s takes a number, not %q.", about, wording.Clip(text, 40))
		return text
	}
	if f.Min != nil && n < *f.Min || f.Max != nil && n > *f.Max {
		p.AddWarning("%s takes a number%s.", about, between(f.Min, f.Max))
	}
	return n
}

func between(low, high *float64) string {
	var out string
	if low != nil {
		out = fmt.Sprintf(" from %g", *low)
	}
	if high != nil {
		out += fmt.Sprintf(" up to %g", *high)
	}
	return out
}

func boolAnswer(p *writes.Plan, about, text string) any {
	switch strings.ToLower(unquoted(text)) {
	case "true", "yes", "y", "1":
		return true
	case "false", "no", "n", "0":
		return false
	}
	p.AddWarning("%s takes true or false, not %q.", about, wording.Clip(text, 40))
	return text
}

// choiceAnswer turns option names into the ids that are sent.
func choiceAnswer(p *writes.Plan, about string, f *kombo.QuestionFormat, text string) any {
	d := &names.Directory{Noun: "options"}
	for _, o := range f.Options {
		d.Entries = append(d.Entries, names.Entry{ID: o.ID, Name: digest.Clean(o.Name)})
	}
	refs := []string{unquoted(text)}
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		refs = list
	} else if f.Type == "MULTI_SELECT" {
		refs = d.Split(refs)
	}
	if len(refs) > max(len(f.Options), 1) {
		p.AddWarning("%s has %s, not %d.", about, wording.Plural(len(f.Options), "1 option", "options"), len(refs))
		return refs
	}
	ids := []string{}
	for _, ref := range refs {
		found, err := d.Resolve(about, ref)
		if err != nil {
			p.AddWarning("%v", err)
			found.ID = ref
		}
		ids = append(ids, found.ID)
	}
	if f.Type == "MULTI_SELECT" {
		return ids
	}
	if len(ids) != 1 {
		p.AddWarning("%s takes exactly one option, not %d.", about, len(ids))
		return ids
	}
	return ids[0]
}

// fileAnswer reads a file as attachments are read, except for its type, and compares
// it with what the question takes.
func (c *call) fileAnswer(ctx context.Context, p *writes.Plan, at, about string, q *kombo.QuestionFormat, text string) any {
	var v map[string]any
	if json.Unmarshal([]byte(text), &v) != nil || v == nil {
		p.AddProblem(`%s.answer must be a file, as JSON: {"name": "…", "text": "…"} or with data, data_url or path.`, at)
		return text
	}
	v["type"] = "OTHER"
	file, err := args.Decode[fileArgs](ctx, v)
	if err != nil {
		p.AddProblem("%s.answer: %v", at, err)
		return text
	}
	f := c.file(p, at+".answer", file)
	if len(q.AcceptedMIMETypes) > 0 && f.ContentType != "" && !slices.Contains(q.AcceptedMIMETypes, f.ContentType) {
		p.AddWarning("%s takes %s, not %s.", about, strings.Join(q.AcceptedMIMETypes, ", "), f.ContentType)
	}
	if n := size(f); q.MaxFileSizeBytes != nil && n > *q.MaxFileSizeBytes {
		p.AddWarning("%s takes %s, not %s.", about, wording.Bytes(*q.MaxFileSizeBytes), wording.Bytes(n))
	}
	return kombo.FileAnswer{Name: f.Name, ContentType: f.ContentType, DataURL: f.DataURL, Data: f.Data}
}

// warnUnanswered warns of every required question without an answer whose condition, if
// it has one, is met.
func warnUnanswered(p *writes.Plan, job *kombo.Job, answered map[string]any) {
	for _, q := range job.ScreeningQuestions {
		_, has := answered[q.ID]
		if has || q.Required == nil || !*q.Required || !conditionHolds(&q, answered) {
			continue
		}
		kind := ""
		if q.Format != nil {
			kind = q.Format.Type
		}
		if kind == "INFORMATION" || kind == "UNKNOWN" {
			continue
		}
		words := fmt.Sprintf("The job requires an answer to %q (question %s, %s", wording.Clip(digest.Clean(q.Title), 80), q.ID, cmp.Or(kind, "of unknown kind"))
		if q.Format != nil && len(q.Format.Options) > 0 {
			words += ": " + wording.Clip(strings.Join(textsOf(q.Format.Options, func(o kombo.QuestionOption) string { return digest.Clean(o.Name) }), ", "), 200)
		}
		p.AddWarning("%s).", words)
	}
}

// conditionHolds reports whether a question is asked at all, given the answers to the
// others.
func conditionHolds(q *kombo.ScreeningQuestion, answered map[string]any) bool {
	if q.PreconditionQuestionID == "" {
		return true
	}
	var have []any
	switch v := answered[q.PreconditionQuestionID].(type) {
	case nil:
		return false
	case []string:
		for _, s := range v {
			have = append(have, s)
		}
	default:
		have = []any{v}
	}
	return slices.ContainsFunc(have, func(h any) bool { return slices.Contains(q.PreconditionOptions, h) })
}

// size is the length of a file's content in bytes, -1 if it is an address.
func size(f kombo.FileInput) int64 {
	if f.Data == "" {
		return -1
	}
	return int64(base64.StdEncoding.DecodedLen(len(f.Data)) - strings.Count(f.Data[max(0, len(f.Data)-2):], "="))
}
