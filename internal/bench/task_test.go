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

// question is a recruiter's question, with prose on how its words are picked and what
// its answer is.
type question struct {
	ID, Kind, Ask, Pick, Truth string
}

func readQuestions(t testing.TB) []question {
	t.Helper()
	var file struct{ Questions []question }
	require.NoError(t, json.Unmarshal(questionsFile, &file))
	return file.Questions
}

// words replace the placeholders of a question. The agent gets nothing else, so none of
// them is an id.
type words map[string]string

// fill replaces the placeholders of the question.
func (w words) fill(ask string) string {
	for k, v := range w {
		ask = strings.ReplaceAll(ask, "{"+k+"}", v)
	}
	return ask
}

// task is a question as a program. Truth and answer are lists of facts, sorted unless
// their order matters.
type task struct {
	id string
	// pick chooses the words from the data.
	pick func(*world) words
	// truth returns the right answer, computed from the data. For a write that is the
	// trace that it must leave upstream.
	truth func(*world, words) []string
	// answer lets the agent find the answer, or make the write.
	answer func(*agent, words) []string
	// trace returns what a write changed upstream; nil for reads.
	trace func(before *world, s *sandbox.Sandbox) []string
	// others reads what an agent would have to read through the baselines.
	others func(*baselines, words)
}

// tasks are in the order of the questions.
var tasks = []task{
	contact, namesakes, applicationOutcomes,
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

// set sorts facts whose order does not matter.
func set(facts []string) []string { return slices.Sorted(slices.Values(facts)) }

// equals returns a condition for where; quote quotes a text for one.
func equals(column, text string) string { return column + " == " + quote(text) }

func quote(text string) string { return strconv.Quote(text) }
