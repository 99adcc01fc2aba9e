//go:build !race

package bench

import (
	_ "embed" // the questions
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

//go:embed questions.json
var questionsFile []byte

// question is what a recruiter asks, with how its words are picked and what is
// true, in prose.
type question struct {
	ID, Kind, Ask, Pick, Truth string
}

func readQuestions(t testing.TB) []question {
	t.Helper()
	var file struct{ Questions []question }
	require.NoError(t, json.Unmarshal(questionsFile, &file))
	return file.Questions
}

// words fill the braces of a question. They are all that the agent is told, so
// none of them is an id.
type words map[string]string

// fill puts the words into the question.
func (w words) fill(ask string) string {
	for k, v := range w {
		ask = strings.ReplaceAll(ask, "{"+k+"}", v)
	}
	return ask
}

// task is a question as a program. Truth and answer are lists of facts; where
// the order means nothing, both are sorted.
type task struct {
	id string
	// pick chooses the words from the data.
	pick func(*world) words
	// truth is the right answer, from the data alone. For a write it is the
	// trace that the write must leave upstream.
	truth func(*world, words) []string
	// answer is what the agent finds, or does.
	answer func(*agent, words) []string
	// trace is what a write left upstream; nil for reads.
	trace func(before *world, s *sandbox.Sandbox) []string
	// others reads what an agent would have to read elsewhere.
	others func(*rivals, words)
}

// tasks are in the order of the questions.
var tasks = []task{
	contact, namesakes, standing,
	openIn, team, undecided,
	funnel, losses, reasons, sources, months, acceptance,
	newcomers, diary, stale, starters,
	unplanned, tagged, answered, secondChance,
	curriculum,
	moving, rejecting, entering, tagging,
}

func TestEveryQuestionHasATask(t *testing.T) {
	var asked, done []string
	for _, q := range readQuestions(t) {
		asked = append(asked, q.ID)
	}
	for _, k := range tasks {
		done = append(done, k.id)
	}
	assert.Equal(t, asked, done)
}

// set sorts facts whose order means nothing.
func set(facts []string) []string { return slices.Sorted(slices.Values(facts)) }

// equals is a comparison for where, and quote a text in it.
func equals(column, text string) string { return column + " == " + quote(text) }

func quote(text string) string { return strconv.Quote(text) }
