package prompts_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// TestPeopleNameAJobByPartOfItsName types jobs as people do in hosts that split what is
// typed at spaces. The job is found, or the error lists those that fit.
func TestPeopleNameAJobByPartOfItsName(t *testing.T) {
	w := newWorld(t, nil)
	jobs, err := w.box.Choices(t.Context(), w.caller, tools.ChoiceJob, "")
	require.NoError(t, err)
	for _, name := range []string{"pipeline_review", "compare_candidates", "rejection_round", "stale_applications", "intake"} {
		t.Run(name, func(t *testing.T) {
			property.Check(t, 25, func(r *rapid.T) {
				job := rapid.SampledFrom(jobs).Draw(r, "job")
				typed := rapid.SampledFrom(waysToType(job.Name)).Draw(r, "typed")
				text, err := w.get(name, map[string]string{"job": typed})
				if err == nil {
					if !strings.Contains(text, job.ID) {
						r.Fatalf("%q stands for another job than %q", typed, job.Name)
					}
					return
				}
				fitting := 0
				for _, other := range jobs {
					if fits(other.Name, typed) {
						fitting++
					}
				}
				if fitting < 2 {
					r.Fatalf("%q fits %q alone, and was refused: %v", typed, job.Name, err)
				}
				if fitting <= 10 && !strings.Contains(err.Error(), job.ID) {
					r.Fatalf("%q fits %d jobs, of which the error does not list %q: %v", typed, fitting, job.Name, err)
				}
			})
		})
	}
}

// waysToType are ways to type a name.
func waysToType(name string) []string {
	words := strings.Fields(name)
	half := string([]rune(name)[:(len([]rune(name))+1)/2])
	return []string{
		name, strings.ToUpper(name), strings.ReplaceAll(name, " ", "-"), strings.ReplaceAll(name, " ", "_"), `"` + name + `"`, "'" + name + "'",
		`"` + words[0], words[0], strings.ToLower(words[len(words)-1]), half, "“" + half,
	}
}

// fits reports whether a name begins with, or contains, what was typed.
func fits(name, typed string) bool {
	plain := strings.NewReplacer("-", " ", "_", " ", `"`, "", "'", "", "“", "").Replace(digest.Fold(typed))
	return strings.Contains(strings.NewReplacer("-", " ").Replace(digest.Fold(name)), strings.TrimSpace(plain))
}

func TestPeopleNameAStageByPartOfItsName(t *testing.T) {
	w := newWorld(t, nil)
	job := w.valid()["compare_candidates"]["job"]
	stages, err := w.box.Choices(t.Context(), w.caller, tools.ChoiceStage, job)
	require.NoError(t, err)
	for _, s := range stages {
		for _, typed := range []string{strings.ToLower(strings.ReplaceAll(s.Name, " ", "-")), `"` + s.Name, strings.ReplaceAll(s.Name, " ", "_")} {
			assert.Contains(t, w.must("compare_candidates", map[string]string{"job": job, "stage": typed}), "at the stage "+strconv.Quote(s.Name), typed)
			assert.Contains(t, w.must("rejection_round", map[string]string{"job": job, "stage": typed}), "at the stage "+strconv.Quote(s.Name), typed)
		}
	}
}

func TestArgumentsSplitInQuotesArePutTogether(t *testing.T) {
	w := newWorld(t, nil)
	jobs, err := w.box.Choices(t.Context(), w.caller, tools.ChoiceJob, "")
	require.NoError(t, err)
	for _, job := range jobs {
		first, rest, two := strings.Cut(job.Name, " ")
		if !two || len(strings.Fields(rest)) != 1 || strings.Contains(job.Name, "(") {
			continue
		}
		stages, err := w.box.Choices(t.Context(), w.caller, tools.ChoiceStage, job.ID)
		require.NoError(t, err)
		text, err := w.get("rejection_round", map[string]string{"job": `"` + first, "stage": rest + `"`, "reason": strings.ReplaceAll(stages[0].Name, " ", "-")})
		if err != nil {
			assert.ErrorContains(t, err, "called", "two jobs of one name")
			continue
		}
		assert.Contains(t, text, "at the stage "+strconv.Quote(stages[0].Name)+" of the job "+strconv.Quote(job.Name))
		assert.Contains(t, text, "<reason>: which rejection reason")
		return
	}
	require.Fail(t, "there is no job of two words")
}

func TestEveryPromptStartsWithItsFirstArgumentAlone(t *testing.T) {
	w := newWorld(t, nil)
	for _, p := range prompts.Catalogue() {
		for i, a := range p.Arguments() {
			assert.False(t, a.Required && i > 0, "%s: %s", p.Name(), a.Name)
		}
		all := w.valid()[p.Name()]
		given := map[string]string{}
		if len(p.Arguments()) > 0 && all[p.Arguments()[0].Name] != "" {
			given[p.Arguments()[0].Name] = all[p.Arguments()[0].Name]
		}
		text := w.must(p.Name(), given)
		assert.LessOrEqual(t, digest.CountTokens(text), prompts.MaxTokens, p.Name())
		assert.Contains(t, text, "## Rules", p.Name())
		for name := range all {
			if given[name] == "" {
				assert.Contains(t, text, "First ask the user", p.Name())
				assert.Contains(t, text, "- <"+name+">: ", p.Name())
			}
		}
		if len(given) == len(all) {
			assert.NotContains(t, text, "First ask the user", p.Name())
		}
	}
}

func TestAPromptWithoutAStageOffersTheStagesAndTheCallsForLater(t *testing.T) {
	w := newWorld(t, nil)
	job := w.valid()["rejection_round"]["job"]
	stages, err := w.box.Choices(t.Context(), w.caller, tools.ChoiceStage, job)
	require.NoError(t, err)
	for _, name := range []string{"compare_candidates", "rejection_round"} {
		text := w.must(name, map[string]string{"job": job})
		for _, s := range stages {
			assert.Contains(t, text, s.ID)
		}
		assert.Contains(t, text, `"current_stage_ids":["<stage>"]`)
		assert.Contains(t, text, "Not read yet: ")
		assert.NotContains(t, text, "Coverage: complete")
	}
	text := w.must("intake", map[string]string{"job": job})
	assert.Contains(t, text, "- <cv>: the text of the CV.")
	assert.Contains(t, text, "> Not read yet: it depends on what you are to ask for.")
}
