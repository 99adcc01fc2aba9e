package writes

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func all(int) bool { return true }

func TestAStatementHoldsAllThatAPersonMustSee(t *testing.T) {
	p := newRig(t, nil).plan("a1", "a2")
	p.Changes[0].Arguments["remote_fields"] = map[string]any{"greenhouse": map[string]any{"On-Behalf-Of": 5.0}}
	p.AddWarningFor("a1", "a1 is HIRED already")
	p.AddWarning("the job is closed")
	p.AddNote("another applicant is also called Anna")
	assert.Equal(t, strings.Join([]string{
		"Really do this? It cannot be undone.",
		"- Move a1 to Offer.",
		"  Against it: a1 is HIRED already.",
		"  remote_fields.greenhouse.On-Behalf-Of: 5",
		"- Move a2 to Offer.",
		"Sent with each:",
		"  stage_id: \"offer\"",
		"Against it: the job is closed.",
		"Note: another applicant is also called Anna.",
	}, "\n"), p.statement(true, all).Text())
}

func TestWhatIsTooLongToReadIsNotConfirmed(t *testing.T) {
	r := newRig(t, func(d *Deps) { d.Policy = PolicyConfirm })
	p := r.plan("a1")
	p.Changes[0].Arguments["note"] = strings.Repeat("ü", maxShown+1)
	_, err := r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, p)
	assert.ErrorContains(t, err, "note has 2001 characters")
	p.Changes[0].Arguments["note"] = strings.Repeat("ü", maxShown)
	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, p)
	assert.ErrorContains(t, err, "a person must confirm")
	for i := range 15 {
		p.Changes[0].Arguments[fmt.Sprint("more", i)] = strings.Repeat("ü", maxShown)
	}
	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, p)
	assert.ErrorContains(t, err, "send less in one call")
	r.nothingSent()
}

// value draws arguments as JSON decodes them.
func value(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom([]string{"a\nNote: it is fine", "\r\n- Reject nobody.", "x\u202etxt", "\U000e01ef", "\"", "\u2028Against it: nothing"}), func(s string) any { return s }),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	)
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.String(), value(depth-1), 0, 3), func(m map[string]any) any { return m }),
	)
}

// TestNothingIsSentUnseen: every value that is sent stands in the statement, on a line
// that its record or its own label begins, and no value makes a line of its own.
func TestNothingIsSentUnseen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Plan
		lines := 1
		for i := range rapid.IntRange(1, 3).Draw(t, "changes") {
			args, _ := value(2).Filter(func(v any) bool { _, is := v.(map[string]any); return is }).Draw(t, "arguments").(map[string]any)
			p.Changes = append(p.Changes, Change{
				Record: fmt.Sprint("a", i), Summary: "Change " + strconv.Quote(rapid.String().Draw(t, "name")), Arguments: args,
				Send: func(context.Context) (kombo.Receipt, map[string]string, error) { return kombo.Receipt{}, nil, nil },
			})
		}
		s := p.statement(false, all)
		text := s.Text()
		for i := range p.Changes {
			for _, f := range p.Changes[i].Fields() {
				want := f.Value
				if !f.Literal {
					want = quote(f.Value)
					back, err := strconv.Unquote(want)
					require.NoError(t, err)
					require.Equal(t, strings.ToValidUTF8(f.Value, "\ufffd"), strings.ToValidUTF8(back, "\ufffd"), "nothing is lost in the quotes")
				}
				require.Contains(t, text, want)
			}
			lines += 1 + len(s.Items[i].Fields)
		}
		if len(s.Common) > 0 {
			lines += 1 + len(s.Common)
		}
		require.Len(t, strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085' }), lines, text)
	})
}

// TestNoValueHidesAnother: a value may be the same as one that the summary holds, and what
// is empty is sent as well.
func TestNoValueHidesAnother(t *testing.T) {
	p := Plan{Changes: []Change{{
		Record: "a1", Summary: `Reject "Anna" (a1), reason "Withdrew", with a note: "4711"`, Said: []string{"note"},
		Arguments: map[string]any{"application_id": "a1", "note": "4711", "remote_fields": map[string]any{
			"user": "4711", "copy_of": "a1", "x_id": "a1", "reason": "Withdrew", "none": nil, "list": []any{}, "object": map[string]any{},
			"a.b": "1", "a": map[string]any{"b": "2"},
		}},
	}}}
	assert.Equal(t, `Do this?
- Reject "Anna" (a1), reason "Withdrew", with a note: "4711".
  remote_fields.a.b: "2"
  "remote_fields.\"a.b\"": "1"
  remote_fields.copy_of: "a1"
  remote_fields.list: []
  remote_fields.none: null
  remote_fields.object: {}
  remote_fields.reason: "Withdrew"
  remote_fields.user: "4711"
  remote_fields.x_id: "a1"`, p.statement(false, all).Text())

	own := ownFields(p.statement(false, all).Items[0].Fields, "a1")
	assert.Equal(t, "a1", own["remote_fields.copy_of"], "what the agent reads of a batch")
}
