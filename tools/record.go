package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// viewRecord is the view that shows whole records instead of columns.
const viewRecord = "record"

const (
	// recordRunes is how many characters of one text a record shows.
	recordRunes = 2000
	// recordBytes is how much of a text is read, markup included.
	recordBytes = 64 << 10
	// quoteRunes is the length in characters from which a text is set apart line by
	// line.
	quoteRunes = 160
	// inlineRunes is the longest nested object, in characters, that is written on one
	// line.
	inlineRunes = 200
)

// recordWriter writes a record as indented lines "key: value", in the order of its
// fields and without what is missing. Every line of a long text begins with "| ", so
// that nothing in it can pass for something outside it.
type recordWriter struct {
	b strings.Builder
	// html turns markup into text.
	html func(string) string
	// words says whose a long text is.
	words string
	// hide masks a text, after its markup was removed, which would split values.
	hide func(string) string
}

// wholeRecord gives a record as a block of lines. The words say whose a long text
// is, html turns markup into text, and hide masks a text.
func wholeRecord(rec any, words string, html, hide func(string) string) digest.Value {
	w := recordWriter{html: html, words: words, hide: hide}
	w.object(reflect.Indirect(reflect.ValueOf(rec)), "")
	return digest.Block(w.b.String())
}

func (w *recordWriter) object(v reflect.Value, indent string) {
	for f, value := range v.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			w.object(value, indent)
			continue
		}
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		w.field(name, value, indent)
	}
}

func (w *recordWriter) field(name string, v reflect.Value, indent string) {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	} else if v.IsZero() {
		return
	}
	if s, ok := w.scalar(v); ok {
		w.text(name, s, indent)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		w.items(name, v, indent)
	case reflect.Map:
		w.free(name, v.Interface(), indent)
	case reflect.Struct:
		w.nested(indent+name+":", v, indent+"  ")
	default:
	}
}

// scalar gives a value that fits on the line of its key; false for objects and lists.
func (w *recordWriter) scalar(v reflect.Value) (string, bool) {
	if !v.IsValid() {
		return "", false
	}
	switch t := v.Interface().(type) {
	case kombo.Time:
		return showTime(t), true
	case kombo.AnswerValue:
		return w.plain(t.Text()), true
	}
	switch v.Kind() {
	case reflect.String:
		return w.plain(v.String()), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), true
	default:
		return "", false
	}
}

func showTime(t kombo.Time) string {
	if t.IsZero() {
		return ""
	}
	u := t.UTC()
	if u.Hour()+u.Minute()+u.Second() == 0 {
		return u.Format(time.DateOnly)
	}
	return u.Format("2006-01-02 15:04") + "Z"
}

var markup = regexp.MustCompile(`(?i)</?[a-z][a-z0-9]*[^<>]*>|&[a-z]+;|&#\d+;`)

// plain is a text without markup and invisible characters, shortened if it is very
// long.
func (w *recordWriter) plain(s string) string {
	all := 0
	if len(s) > recordBytes {
		// The rest is never shown.
		all = utf8.RuneCountInString(s)
		s = strings.ToValidUTF8(s[:recordBytes], "")
	}
	if markup.MatchString(s) {
		s = w.html(s)
	}
	s = digest.CleanLines(s)
	if w.hide != nil {
		s = w.hide(s)
	}
	if n := utf8.RuneCountInString(s); all > 0 || n > recordRunes {
		return fmt.Sprintf("%s (%d characters in all)", wording.Clip(s, recordRunes), max(n, all))
	}
	return s
}

// text writes a key with its text; a long one is set apart line by line.
func (w *recordWriter) text(name, s, indent string) {
	switch {
	case s == "":
	case strings.Contains(s, "\n") || utf8.RuneCountInString(s) > quoteRunes:
		fmt.Fprintf(&w.b, "%s%s (%s):\n%s", indent, name, w.words, wording.Quote(s, indent))
	default:
		fmt.Fprintf(&w.b, "%s%s: %s\n", indent, name, s)
	}
}

func (w *recordWriter) items(name string, v reflect.Value, indent string) {
	if v.Len() == 0 {
		return
	}
	var parts []string
	objects := 0
	for i := range v.Len() {
		item := v.Index(i)
		if item.Kind() == reflect.Interface {
			item = item.Elem()
		}
		switch s, ok := w.scalar(item); {
		case ok && s != "":
			parts = append(parts, s)
		case reflect.Indirect(item).Kind() == reflect.Struct:
			objects++
		case !ok && item.IsValid():
			parts = append(parts, w.plain(compact(item.Interface())))
		}
	}
	if objects == 0 {
		w.text(name, strings.Join(parts, "; "), indent)
		return
	}
	fmt.Fprintf(&w.b, "%s%s:\n", indent, name)
	for i := range v.Len() {
		if item := reflect.Indirect(v.Index(i)); item.Kind() == reflect.Struct {
			w.nested(indent+"-", item, indent+"  ")
		}
	}
}

// nested writes an object after its head, on the same line if it is short.
func (w *recordWriter) nested(head string, v reflect.Value, indent string) {
	inner := recordWriter{html: w.html, words: w.words, hide: w.hide}
	switch v.Interface().(type) {
	case kombo.JobRef, kombo.StageRef, kombo.Interviewer, kombo.HiringTeamMember:
		inner.hide = nil // of jobs and users nothing is masked
	}
	inner.object(v, "")
	lines := strings.Split(strings.TrimRight(inner.b.String(), "\n"), "\n")
	whole := strings.Join(lines, ", ")
	short := utf8.RuneCountInString(whole) <= inlineRunes
	for _, l := range lines {
		short = short && !strings.HasPrefix(l, " ") && !strings.HasPrefix(l, "|") && !strings.HasSuffix(l, ":")
	}
	switch {
	case whole == "":
	case short && strings.HasSuffix(head, ":"):
		// Without braces the next key on the line would seem to be part of it.
		fmt.Fprintf(&w.b, "%s {%s}\n", head, whole)
	case short:
		fmt.Fprintf(&w.b, "%s %s\n", head, whole)
	default:
		if strings.HasSuffix(head, "-") {
			// An item begins on the line of its dash.
			head, lines = head+" "+lines[0], lines[1:]
		}
		w.b.WriteString(head + "\n")
		for _, l := range lines {
			w.b.WriteString(indent + l + "\n")
		}
	}
}

// free writes values without a fixed shape, such as custom fields, as JSON after
// their keys.
func (w *recordWriter) free(name string, v any, indent string) {
	fields, ok := v.(map[string]any)
	if !ok {
		w.text(name, w.plain(compact(v)), indent)
		return
	}
	var shown []string
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if fields[k] != nil && fields[k] != "" {
			shown = append(shown, k)
		}
	}
	if len(shown) == 0 {
		return
	}
	fmt.Fprintf(&w.b, "%s%s:\n", indent, name)
	for _, k := range shown {
		w.text(wording.Clip(digest.Clean(k), quoteRunes), w.plain(compact(fields[k])), indent+"  ")
	}
}

func compact(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}
