package privacy

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// optionRule recognizes questions by what they offer to choose from.
type optionRule struct {
	choices, neutral *phrases
	// plain are the same choices where words cannot be told apart.
	plain map[string]bool
}

var optionTopics = sync.OnceValue(func() *optionRule {
	r := &optionRule{choices: &phrases{}, plain: map[string]bool{}}
	list := readList("options")
	r.neutral = newPhrases(list["neutral"])
	for section, lines := range list {
		if section == "neutral" {
			continue
		}
		for _, line := range lines {
			text, means := strings.CutPrefix(line, "+ ")
			for _, p := range expand(text) {
				r.plain[p] = means
				r.choices.add(strings.Fields(p), phrase{topic: Topic(section), hard: means})
			}
		}
	}
	return r
})

// declining is the section of options that only forms on equal opportunity offer.
const declining = "equality"

// ageRange matches what people choose their age from; the first group is its start.
var ageRange = regexp.MustCompile(`^(?:age )?(?:under |below |over )?(16|18|25|26|35|36|45|46|55|56|65|66)(?: (?:to |and )?(?:\d\d|over|older|above|years)\b.*|)$`)

// hasProtectedOptions reports whether the options of a question are evidently a list
// of genders, ethnic groups, ages or the like: most of those that say anything, and
// two at least.
func hasProtectedOptions(q *kombo.ScreeningQuestion) bool {
	if q.Format == nil || len(q.Format.Options) < 2 {
		return false
	}
	names := make([]string, len(q.Format.Options))
	for i, o := range q.Format.Options {
		names[i] = o.Name
	}
	return protectedSets.get(strings.Join(names, "\x00"), func() bool { return optionTopics().isSet(names) })
}

var protectedSets memo[bool]

func (r *optionRule) isSet(names []string) bool {
	said, certain := 0, 0
	met, ages := map[Topic]int{}, 0
	for _, name := range names {
		words := optionWords(name)
		topic, means := r.choice(words)
		switch {
		case topic == declining:
			return true
		case ageRange.MatchString(strings.Join(words, " ")):
			ages++
		case r.neutral.in(words):
			continue
		}
		said++
		if topic != "" {
			met[topic]++
		}
		if means {
			certain++
		}
	}
	most := ages
	if certain > 0 {
		for _, n := range met {
			most = max(most, n)
		}
	}
	return most >= 2 && 2*most > said && (most > ages || ages >= 3)
}

// choice gives the topic that an option belongs to, and whether it belongs to no
// other.
func (r *optionRule) choice(words []string) (topic Topic, means bool) {
	for i := range words {
		r.choices.at(words[i:], 0, func(p phrase, n int) bool {
			// A single word is a whole option, a phrase may be a part of one.
			if n == len(words) || n > 1 && p.hard {
				topic, means = p.topic, means || p.hard
			}
			return true
		})
	}
	return topic, means
}

func optionWords(name string) []string {
	return strings.FieldsFunc(digest.Fold(digest.Clean(name)), func(r rune) bool { return !isLetterOrDigit(r) })
}

// maxChoice is the length in bytes beyond which a text is not an option.
const maxChoice = 200

// isProtectedChoice reports whether somebody who chose this said something about a
// protected topic, whatever the question.
func isProtectedChoice(text string) bool {
	if text == "" || len(text) > maxChoice {
		return false
	}
	return protectedChoices.get(text, func() bool {
		words := optionWords(text)
		if _, means := optionTopics().choice(words); means {
			return true
		}
		return len(words) > 1 && slices.Contains(speakers, words[0]) && topics().of(text) != ""
	})
}

var protectedChoices memo[bool]

// speakers begin an option in which people speak of themselves: "I am a veteran".
var speakers = []string{"i", "yes", "no", "ja", "nein", "oui", "non", "si", "je", "ich"}

// isProtectedAnswer reports whether an answer says by itself that the question was
// about a protected topic.
func isProtectedAnswer(v *kombo.AnswerValue) bool {
	return isProtectedChoice(v.Choice) || slices.ContainsFunc(v.Choices, isProtectedChoice) || isProtectedChoice(v.Content) && optionTopics().isWhole(v.Content)
}

// isWhole reports whether a text is nothing but an option.
func (r *optionRule) isWhole(text string) bool { return r.plain[strings.Join(optionWords(text), " ")] }
