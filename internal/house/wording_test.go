package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A wordingRule forbids an expression in comments and string literals of Go files.
type wordingRule struct {
	pattern *regexp.Regexp
	instead string
	// allowed are contexts in which the expression is right: a match that begins
	// within one of them does not count.
	allowed *regexp.Regexp
	// strings restricts the rule to string literals.
	strings bool
}

// wordingRules are the plainest rules of the style in CONTRIBUTING.md, in pieces so
// that this file does not break them.
var wordingRules = []wordingRule{
	{
		pattern: words(`is none`, `of`), instead: `write "must be one of"`,
		allowed: regexp.MustCompile(`(?i)\bthere is none\b`),
	},
	{
		pattern: words(`(?:is|are|was|were) no`, `[a-z]+`), instead: `write "is not a valid …" or "is not a …"`,
		allowed: regexp.MustCompile(`(?i)\bthere (?:is|are|was|were) no(?:ne)?\b|\b(?:is|are|was|were) no (?:longer|more|less|fewer|later|earlier|better|worse|larger|smaller)\b`),
	},
	{pattern: words(`that there`, `(?:is|are) not`), instead: `write "unknown" or "missing"`},
	{pattern: words(`(?:h(?:er|ers|erself|e|is|im|imself)|sh(?:e))`), instead: `write "they" or "the candidate"`},
	{pattern: words(`stand-`, `ins?`), instead: `write "pseudonym" or what it stands for`},
	{pattern: words(`(?:tell|tells)`, `(?:whether|if)`), instead: `write "reports whether"`},
	{pattern: words(`Nothing was`, `done`), instead: `"Nothing was sent" is said of writes; an error of a read begins with what is wrong`, strings: true},
}

// words returns a pattern of whole words, which are given in pieces.
func words(pieces ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b` + strings.ReplaceAll(strings.Join(pieces, " "), "- ", "-") + `\b`)
}

func TestCommentsAndMessagesArePlain(t *testing.T) {
	walk(t, func(file string, content []byte) {
		if strings.HasSuffix(file, ".go") {
			assert.Empty(t, wordingProblems(t, file, content), "see Style in CONTRIBUTING.md")
		}
	})
}

func TestWordingRulesFindAndAllow(t *testing.T) {
	problems := func(comment, literal string) int {
		return len(wordingProblems(t, "x.go", []byte("package x\n\n// "+comment+"\nvar s = "+strconv.Quote(literal)+"\n")))
	}
	for _, bad := range []string{"x is none" + " of a, b", "x is no" + " date", "the arguments are no" + " JSON", "a tool that there" + " is not", "all of h" + "er files"} {
		assert.Equal(t, 1, problems("fine", bad), bad)
		assert.Equal(t, 1, problems(bad, "fine"), bad)
	}
	assert.Equal(t, 1, problems("is\n// no"+" date", ""), "over the end of a line")
	assert.Equal(t, 1, problems("", "Nothing was"+" done: x"))
	for _, good := range []string{"there is no job", "there is none of that name", "x is no longer valid", "x is not a date", "must be one of a, b"} {
		assert.Zero(t, problems(good, good), good)
	}
}

// wordingProblems returns where a file breaks the rules.
func wordingProblems(t *testing.T, file string, content []byte) []string {
	t.Helper()
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, content, parser.ParseComments)
	require.NoError(t, err)
	var problems []string
	check := func(pos token.Pos, text string, literal bool) {
		text = strings.Join(strings.Fields(text), " ")
		for _, rule := range wordingRules {
			if rule.strings && !literal {
				continue
			}
			for _, at := range rule.pattern.FindAllStringIndex(text, -1) {
				if !rule.allows(text, at) {
					p := fset.Position(pos)
					problems = append(problems, p.Filename+":"+strconv.Itoa(p.Line)+": "+strconv.Quote(text[at[0]:at[1]])+": "+rule.instead)
				}
			}
		}
	}
	for _, group := range parsed.Comments {
		check(group.Pos(), group.Text(), false)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				check(lit.Pos(), text, true)
			}
		}
		return true
	})
	return problems
}

func (r wordingRule) allows(text string, match []int) bool {
	if r.allowed == nil {
		return false
	}
	return slices.ContainsFunc(r.allowed.FindAllStringIndex(text, -1), func(a []int) bool { return a[0] <= match[0] && match[0] < a[1] })
}
