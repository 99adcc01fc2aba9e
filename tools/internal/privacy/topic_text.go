package privacy

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// inlineTags may stand in the middle of a word; every other tag separates words.
var (
	inlineTags = regexp.MustCompile(`(?i)</?(?:a|abbr|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?/?>`)
	anyTag     = regexp.MustCompile(`</?[a-zA-Z!][^<>]*>`)
)

// foldQuestionText gives the text of a question as rules compare it: without markup,
// invisible characters, case, accents and compatibility forms. Names of fields are
// split into their words ("candidateGender").
func foldQuestionText(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = html.UnescapeString(inlineTags.ReplaceAllString(html.UnescapeString(s), ""))
		s = anyTag.ReplaceAllString(s, "\n")
	}
	s = strings.TrimSpace(digest.CleanLines(s))
	if !strings.ContainsAny(s, " \n") {
		s = splitCamel(s)
	}
	return digest.Fold(s)
}

// splitCamel puts a space before each upper-case letter that begins a word.
func splitCamel(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1])) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// segmentEnd is among the words of a sentence where punctuation separates them. No
// phrase contains it.
const segmentEnd = ","

// sentences splits folded text into the words of its sentences.
func sentences(folded string) [][]string {
	var out [][]string
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	runes := []rune(folded)
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	for i, r := range runes {
		switch {
		case isLetterOrDigit(r):
			word.WriteRune(r)
		case r == '.' && isLetterOrDigit(at(i-1)) && !isLetterOrDigit(at(i-2)) && (!isLetterOrDigit(at(i+2)) || !isLetterOrDigit(at(i+1))):
			// An abbreviation, such as U.S. or D.O.B.
			if !isLetterOrDigit(at(i + 1)) {
				end()
			}
		case strings.ContainsRune("?!;\n。", r), r == '.' && unicode.IsSpace(at(i+1)):
			end()
			out, words = append(out, words), nil
		case strings.ContainsRune(",/|():[]&–—、・", r):
			end()
			words = append(words, segmentEnd)
		default:
			end()
		}
	}
	end()
	return append(out, words)
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
