package writes

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func TestArgumentsHoldFilesByTheirHash(t *testing.T) {
	in := kombo.AttachmentInput{Attachment: kombo.FileInput{Name: "cv.pdf", Type: "CV", Data: "aGVsbG8="}}
	a := ResolvedArguments(in, "application_id", "a1")
	assert.Equal(t, "a1", a["application_id"])
	file, ok := a["attachment"].(map[string]any)
	require.True(t, ok)
	assert.NotContains(t, file, "data")
	assert.Equal(t, 5, file["bytes"])
	assert.Len(t, file["sha256"], 64)

	in.Attachment = kombo.FileInput{Name: "cv.pdf", Type: "CV", DataURL: "https://files.example/cv?signature=secret"}
	c := Change{Arguments: ResolvedArguments(in)}
	values := map[string]string{}
	for _, f := range c.Fields() {
		values[f.Label] = f.Value
		assert.NotContains(t, f.Value, "secret")
	}
	assert.Equal(t, "https://files.example/cv", values["attachment.data_url"])
	assert.Equal(t, "cv.pdf", values["attachment.name"])
}

// TestNumbersAreShownAsTheyAreSent: a person would otherwise agree to another id than the
// one that is sent, and two writes with different ids would be the same.
func TestNumbersAreShownAsTheyAreSent(t *testing.T) {
	of := func(user string) Change {
		in := map[string]any{"z": json.RawMessage(`{"user":` + user + `,"huge":1e400}`)}
		return Change{Arguments: ResolvedArguments(in, "application_id", "a1")}
	}
	c := of("9007199254740993")
	assert.Equal(t, []Field{
		{Label: "application_id", Value: "a1"}, {Label: "z.huge", Value: "1e400", Literal: true}, {Label: "z.user", Value: "9007199254740993", Literal: true},
	}, c.Fields())
	key := func(user string) string {
		k, err := keyOf("i", "t", of(user).Arguments)
		require.NoError(t, err)
		return k
	}
	assert.NotEqual(t, key("9007199254740992"), key("9007199254740993"))
	assert.Equal(t, key("7"), key("7.0"), "the ATS sees no difference")
}

func TestFieldsAreTheWholeOfTheArguments(t *testing.T) {
	long := string(make([]rune, 3000))
	c := Change{Arguments: map[string]any{"note": long, "list": []any{"x", map[string]any{"y": true}}, "salary": 120000.5, "none": nil, "size": 7}}
	assert.Equal(t, []Field{{Label: "list[1]", Value: "x"}, {Label: "list[2].y", Value: "true", Literal: true}, {Label: "none", Value: "null", Literal: true}, {Label: "note", Value: long}, {Label: "salary", Value: "120000.5", Literal: true}, {Label: "size", Value: "7", Literal: true}}, c.Fields())
}

func TestTheKeyIsThatOfIntegrationToolAndArguments(t *testing.T) {
	key := func(integration, tool string, a map[string]any) string {
		k, err := keyOf(integration, tool, a)
		require.NoError(t, err)
		return k
	}
	a := map[string]any{"x": "1", "y": "2"}
	assert.Equal(t, key("i", "t", a), key("i", "t", map[string]any{"y": "2", "x": "1"}))
	for _, other := range []string{key("it", "", a), key("i", "u", a), key("i", "t", map[string]any{"x": "1"})} {
		assert.NotEqual(t, key("i", "t", a), other)
	}
	_, err := keyOf("i", "t", map[string]any{"f": func() {}})
	assert.Error(t, err)
}

func TestTheWriteLimitIsAWindowOfAMinute(t *testing.T) {
	l := limiter{limit: 5}
	require.NoError(t, l.reserve(start, 3))
	require.NoError(t, l.reserve(start, 0))
	err := l.reserve(start.Add(20*time.Second), 3)
	require.ErrorIs(t, err, errNothingSent)
	assert.ErrorContains(t, err, "in 41 seconds")
	require.NoError(t, l.reserve(start.Add(20*time.Second), 2), "a refusal takes no room")
	require.Error(t, l.reserve(start.Add(59*time.Second), 1))
	require.NoError(t, l.reserve(start.Add(time.Minute), 3))
	assert.ErrorContains(t, l.reserve(start.Add(time.Hour), 6), "name fewer records")
}

// list shows effects in columns: the id, and one for each kind.
type list struct{ kinds []EffectKind }

func (l list) at(k EffectKind) int {
	for i, own := range l.kinds {
		if own == k {
			return i + 1
		}
	}
	return -1
}

func (l list) Reflects(e Effect) bool { return l.at(e.Kind) >= 0 }

func (l list) Has(e Effect, row *digest.Row) bool {
	return (row.Values[l.at(e.Kind)].Str() == e.Value) != e.Removed
}

func (l list) ID(row *digest.Row) string { return row.Values[0].Str() }

func row(values ...string) digest.Row {
	var r digest.Row
	for _, v := range values {
		r.Values = append(r.Values, digest.Text(v))
	}
	return r
}

// answerOf is an answer with room for notes.
func answerOf(t *testing.T, rows ...digest.Row) *digest.Answer {
	t.Helper()
	table := &digest.Table{Name: "applications", ID: "id", Columns: []digest.Column{{Name: "id", Default: true}, {Name: "stage_id"}}}
	plan, err := digest.Compile(table, digest.Query{Secret: []byte("a secret"), Now: start, Location: time.UTC})
	require.NoError(t, err)
	answer, err := plan.Run(t.Context(), func(context.Context, string) iter.Seq2[digest.Page, error] {
		return func(yield func(digest.Page, error) bool) { yield(digest.Page{Rows: rows}, nil) }
	}, digest.Options{})
	require.NoError(t, err)
	return answer
}

func TestRecentWritesAreNotedUntilTheCopyShowsThem(t *testing.T) {
	var r Recent
	of, other := list{[]EffectKind{EffectMoved}}, list{[]EffectKind{EffectTagged}}
	assert.Zero(t, r.Tokens(of, start))
	r.add(recentWrite{Effect{Kind: EffectMoved, Record: "a1", Value: "s1"}, "moved to Screen", start})
	r.add(recentWrite{Effect{Kind: EffectMoved, Record: "a1", Value: "s2"}, "moved to Offer", start})
	r.add(recentWrite{Effect{Kind: EffectMoved, Record: "a2", Value: "s2"}, "moved to Offer", start})
	assert.Len(t, r.list, 2, "the later replaces the earlier")
	assert.Equal(t, recentTokens, r.Tokens(of, start))
	assert.Zero(t, r.Tokens(other, start))
	assert.Zero(t, r.Tokens(of, start.Add(recentFor+1)))

	answer := answerOf(t, row("a1", "s1"))
	r.AddNotes(of, start.Add(5*time.Minute), answer)
	assert.Equal(t, []string{"by this server: a1 was moved to Offer 5 minutes ago; the copy may lag", "1 recent write of this server to other records may not show in these counts yet"}, answer.Notes)
	answer = answerOf(t)
	r.AddNotes(other, start, answer)
	assert.Empty(t, answer.Notes)

	r.Observe(of, []digest.Row{row("a1", "s1"), row("a2", "s2")})
	assert.Len(t, r.list, 1)
	assert.Equal(t, "a1", r.list[0].Record)
}

func TestTagsAddUpAndRecentWritesAreBounded(t *testing.T) {
	var r Recent
	for i := range maxRecent + 10 {
		r.add(recentWrite{Effect{Kind: EffectTagged, Record: "c1", Value: strconv.Itoa(i)}, "tagged", start})
	}
	assert.Len(t, r.list, maxRecent)
	r.add(recentWrite{Effect{Kind: EffectTagged, Record: "c1", Value: strconv.Itoa(maxRecent), Removed: true}, "stripped", start})
	assert.Len(t, r.list, maxRecent)
	r.Observe(list{[]EffectKind{EffectTagged}}, []digest.Row{row("c1", "something else")})
	assert.Len(t, r.list, maxRecent-1, "a removed tag is gone")
}
