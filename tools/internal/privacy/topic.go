package privacy

import (
	"slices"
	"strings"
	"sync"
)

// Topic is what a protected question is about. "" means that a question is not
// protected.
type Topic string

// languages are those that topics are recognized in; each has a file in topics.
var languages = []string{"en", "de", "fr", "es", "it", "nl", "pt", "pl", "ja"}

// topicRule recognizes protected topics by words. It never changes once built.
type topicRule struct {
	words, alone, except, context, ignore *phrases
	fillers                               map[string]bool
	// joined are phrases written as one word, as in names of fields.
	joined map[string]Topic
	// Japanese has no spaces between words.
	parts                    []part
	exceptParts, contextPart []string
	partFillers              *strings.Replacer
}

// part is a phrase of Japanese.
type part struct {
	topic       Topic
	text        string
	hard, alone bool
	beside      []string
}

// topics is the rule, built when first needed.
var topics = sync.OnceValue(func() *topicRule {
	r := &topicRule{words: &phrases{}, alone: &phrases{}, fillers: map[string]bool{}, joined: map[string]Topic{}}
	var except, context, ignore []string
	for _, language := range languages {
		for section, lines := range readList(language) {
			switch {
			case language == "ja":
				r.addParts(section, lines)
			case section == "except":
				except = append(except, lines...)
			case section == "context":
				context = append(context, lines...)
			case section == "ignore":
				ignore = append(ignore, lines...)
			case section == "filler":
				for _, w := range lines {
					r.fillers[w] = true
				}
			default:
				r.addPhrases(Topic(section), lines)
			}
		}
	}
	r.except, r.context, r.ignore = newPhrases(except), newPhrases(context), newPhrases(ignore)
	return r
})

// minJoined is the length from which a phrase is recognized without its spaces; a
// shorter one might be part of another word.
const minJoined = 8

func (r *topicRule) addPhrases(topic Topic, lines []string) {
	for _, line := range lines {
		text, beside, _ := strings.Cut(line, " -- ")
		p := phrase{topic: topic}
		if beside != "" {
			p.unless = newPhrases(strings.Split(beside, ","))
		}
		tree := r.words
		switch {
		case strings.HasPrefix(text, "! "):
			text, p.hard = text[2:], true
		case strings.HasPrefix(text, "= "):
			text, tree = text[2:], r.alone
		}
		for _, words := range expand(text) {
			list := strings.Fields(words)
			tree.add(list, p)
			if joined := strings.Join(list, ""); len(list) > 1 && len(joined) >= minJoined && !strings.ContainsAny(joined, "*#") {
				r.joined[joined] = topic
			}
		}
	}
}

func (r *topicRule) addParts(section string, lines []string) {
	switch section {
	case "except":
		r.exceptParts = lines
	case "context":
		r.contextPart = lines
	case "filler":
		var pairs []string
		for _, f := range lines {
			pairs = append(pairs, f, "")
		}
		r.partFillers = strings.NewReplacer(pairs...)
	default:
		for _, line := range lines {
			text, beside, _ := strings.Cut(line, " -- ")
			p := part{topic: Topic(section)}
			if beside != "" {
				p.beside = strings.Split(beside, ", ")
			}
			p.text, p.hard = strings.CutPrefix(text, "! ")
			p.text, p.alone = strings.CutPrefix(p.text, "= ")
			r.parts = append(r.parts, p)
		}
	}
}

// of gives the topic of a text of any language, such as a question's title.
func (r *topicRule) of(text string) Topic {
	folded := foldQuestionText(text)
	for _, s := range sentences(folded) {
		if t := r.ofSentence(s); t != "" {
			return t
		}
	}
	if strings.ContainsFunc(folded, isCJK) {
		return r.ofJapanese(strings.Join(strings.Fields(folded), ""))
	}
	return ""
}

func (r *topicRule) ofSentence(words []string) Topic {
	if len(words) == 0 || r.ignore.in(words) {
		return ""
	}
	if len(words) == 1 {
		if t := r.joined[words[0]]; t != "" {
			return t
		}
	}
	if t := r.ofWords(words); t != "" {
		return t
	}
	// In German and where there are no umlauts, ae is written for ä.
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = oneLetter.Replace(w)
	}
	if slices.Equal(plain, words) {
		return ""
	}
	return r.ofWords(plain)
}

func (r *topicRule) ofWords(all []string) Topic {
	words := slices.Clone(all)
	for i := range words {
		for k := range r.except.length(all[i:]) {
			words[i+k] = segmentEnd
		}
	}
	skilled := r.context.in(all)
	for i := range words {
		if t := r.starting(words, i, all, skilled); t != "" {
			return t
		}
	}
	return r.ofBare(words, all)
}

// starting gives the topic of a phrase that begins at the word i.
func (r *topicRule) starting(words []string, i int, all []string, skilled bool) (found Topic) {
	r.words.at(words[i:], 0, func(p phrase, _ int) bool {
		if (p.hard || !skilled) && (p.unless == nil || !p.unless.in(all)) {
			found = p.topic
		}
		return found == ""
	})
	return found
}

// ofBare gives the topic that a part of the sentence between two punctuation marks,
// or all of it, asks for and nothing else.
func (r *topicRule) ofBare(words, all []string) Topic {
	var whole, segment []string
	segments := [][]string{}
	for _, w := range append(slices.Clip(words), segmentEnd) {
		switch {
		case w == segmentEnd:
			segments = append(segments, segment)
			segment = nil
		case !r.fillers[w] && !isDigit(w[0]):
			segment, whole = append(segment, w), append(whole, w)
		}
	}
	if r.context.in(all) {
		segments = nil // one of the things that experience may be of
	}
	for _, s := range append(segments, whole) {
		var found Topic
		r.alone.at(s, 0, func(p phrase, n int) bool {
			if n == len(s) && (p.unless == nil || !p.unless.in(all)) {
				found = p.topic
			}
			return found == ""
		})
		if found != "" {
			return found
		}
	}
	return ""
}

func (r *topicRule) ofJapanese(text string) Topic {
	all := text
	for _, e := range r.exceptParts {
		text = strings.ReplaceAll(text, e, " ")
	}
	contains := func(part string) bool { return strings.Contains(all, part) }
	skilled := slices.ContainsFunc(r.contextPart, contains)
	bare := strings.Trim(r.partFillers.Replace(text), " ?:.*!()[]")
	for _, p := range r.parts {
		switch {
		case p.alone && bare != p.text, !p.alone && !strings.Contains(text, p.text):
		case skilled && !p.hard, slices.ContainsFunc(p.beside, contains):
		default:
			return p.topic
		}
	}
	return ""
}
