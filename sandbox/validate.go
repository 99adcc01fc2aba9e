package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	emailPattern   = regexp.MustCompile(`^[\w'+.-]*[\w+-]@([A-Za-z\d][A-Za-z\d-]*\.)+[A-Za-z]{2,}$`)
	countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)
	mimePattern    = regexp.MustCompile(`^[\w.-]+/[\w.-]+$`)
)

// issueList collects the issues of a request, each as "path: message".
type issueList struct{ list []string }

func (l *issueList) add(path, message string) {
	if path != "" {
		message = path + ": " + message
	}
	l.list = append(l.list, message)
}

func (l *issueList) refusal() *refusal {
	if len(l.list) == 0 {
		return nil
	}
	return invalid(strings.Join(l.list, "; "))
}

// object is a JSON object in a request body that is being validated. Unknown keys are
// ignored.
type object struct {
	path   string
	value  map[string]any
	issues *issueList
}

// body decodes the body of a write, which must be a JSON object.
func (c *call) body(issues *issueList) (object, *refusal) {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return object{}, invalid("headers.content-type: Expected application/json")
	}
	dec := json.NewDecoder(bytes.NewReader(c.raw))
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return object{}, invalid("Request body is not valid JSON")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return object{}, invalid("Expected object, received " + typeOf(v))
	}
	return object{value: m, issues: issues}, nil
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}

func (o object) at(key string) string {
	if o.path == "" {
		return key
	}
	return o.path + "." + key
}

func (o object) fail(key, message string) { o.issues.add(o.at(key), message) }

// field returns a value of the type T, called want in messages. A missing key is an
// issue only if it is required; null always is, because optional keys are left out.
func field[T any](o object, key, want string, required bool) (T, bool) {
	var zero T
	v, ok := o.value[key]
	if !ok {
		if required {
			o.fail(key, "Required")
		}
		return zero, false
	}
	t, ok := v.(T)
	if !ok {
		o.fail(key, "Expected "+want+", received "+typeOf(v))
	}
	return t, ok
}

func (o object) text(key string, required bool) string {
	s, _ := field[string](o, key, "string", required)
	return s
}

func (o object) flag(key string) (bool, bool) { return field[bool](o, key, "boolean", false) }

func (o object) number(key string, required bool) float64 {
	n, _ := field[float64](o, key, "number", required)
	return n
}

func (o object) enum(key string, required bool, values ...string) string {
	s, ok := field[string](o, key, "string", required)
	if ok && !slices.Contains(values, s) {
		o.fail(key, "Invalid enum value. Expected "+quoted(values)+", received "+strconv.Quote(s))
	}
	return s
}

// pattern returns a string, which must match re if it is present.
func (o object) pattern(key string, required bool, re *regexp.Regexp, message string) string {
	s, ok := field[string](o, key, "string", required)
	if ok && !re.MatchString(s) {
		o.fail(key, message)
	}
	return s
}

func (o object) email(key string, required bool) string {
	s := o.pattern(key, required, emailPattern, "Invalid email")
	if strings.HasPrefix(s, ".") || strings.Contains(s, "..") {
		o.fail(key, "Invalid email")
	}
	return s
}

func (o object) url(key string, required bool) string {
	s, ok := field[string](o, key, "string", required)
	if ok && !isURL(s) {
		o.fail(key, "Invalid url")
	}
	return s
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "")
}

func (o object) date(key string, required bool) string {
	s, ok := field[string](o, key, "string", required)
	if _, valid := parseDate(s); ok && !valid {
		o.fail(key, "Invalid date. Expected YYYY-MM-DD or an ISO 8601 date-time in UTC that ends in Z")
	}
	return s
}

func (o object) object(key string, required bool) (object, bool) {
	m, ok := field[map[string]any](o, key, "object", required)
	return object{path: o.at(key), value: m, issues: o.issues}, ok
}

// objects returns a list of objects, which is empty if the key is missing.
func (o object) objects(key string, required bool) []object {
	list, _ := field[[]any](o, key, "array", required)
	out := make([]object, 0, len(list))
	for i, v := range list {
		path := fmt.Sprintf("%s.%d", o.at(key), i)
		m, ok := v.(map[string]any)
		if !ok {
			o.issues.add(path, "Expected object, received "+typeOf(v))
			continue
		}
		out = append(out, object{path: path, value: m, issues: o.issues})
	}
	return out
}

// remoteRules are the parts of remote_fields whose type Kombo validates; the rest is
// passed to the ATS.
var remoteRules = map[string]string{
	"greenhouse.post_headers.On-Behalf-Of":                     "string or null",
	"workable.on_behalf_of_user_remote_id":                     "string",
	"teamtailor.user_id":                                       "string",
	"lever.perform_as":                                         "string",
	"bullhorn.action":                                          "string",
	"recruitee.is_json":                                        "boolean",
	"recruitee.candidate.cover_letter_text":                    "string",
	"icims.assessment_package_id":                              "string",
	"oracle.multi_post_to_all_current_applications":            "boolean",
	"successfactors.copyJobApplicationAttachments":             "boolean",
	"successfactors.update_existing_candidate":                 "boolean or null",
	"workday.Workflow_Step_ID":                                 "string",
	"workday.Step_Type":                                        "string",
	"workday.Override_Source_Reference_WID":                    "string",
	"avature.workflow.step.id":                                 "number",
	"covetorest.candidate.mandant":                             "number",
	"piloga.candidate.street":                                  "string",
	"jobylon.application.message":                              "string",
	"smartrecruiters.consent_decisions.SINGLE":                 "boolean",
	"smartrecruiters.consent_decisions.SMART_RECRUIT":          "boolean",
	"smartrecruiters.consent_decisions.SMART_CRM":              "boolean",
	"smartrecruiters.consent_decisions.SMART_MESSAGE_SMS":      "boolean",
	"smartrecruiters.consent_decisions.SMART_MESSAGE_WHATSAPP": "boolean",
}

// remoteEnums are the parts of remote_fields with a closed set of values.
var remoteEnums = map[string][]string{
	"workday.Step_Type":                 {"Next_Step_Reference", "Disposition_Step_Reference"},
	"oracle.override_document_category": {"IRC_CANDIDATE_RESUME", "IRC_CANDIDATE_COVERLETTER", "MISC", "IRC_INTERNAL"},
}

// remoteFields validates the fields for single ATS.
func (o object) remoteFields() {
	fields, ok := o.object("remote_fields", false)
	if !ok {
		return
	}
	for tool, v := range fields.value {
		block, ok := v.(map[string]any)
		if !ok {
			fields.fail(tool, "Expected object, received "+typeOf(v))
			continue
		}
		fields.walkRemote(tool, block)
	}
	slices.Sort(o.issues.list) // the message must not depend on the order of a map
}

func (o object) walkRemote(prefix string, block map[string]any) {
	for k, v := range block {
		path := prefix + "." + k
		if values, ok := remoteEnums[path]; ok && !slices.Contains(values, fmt.Sprint(v)) {
			o.fail(path, "Invalid enum value. Expected "+quoted(values))
			continue
		}
		if want, ok := remoteRules[path]; ok {
			if got := typeOf(v); got != want && want != got+" or null" && (got != "null" || !strings.HasSuffix(want, "or null")) {
				o.fail(path, "Expected "+want+", received "+got)
			}
			continue
		}
		if inner, ok := v.(map[string]any); ok {
			o.walkRemote(path, inner)
		}
	}
}
