package cvtext

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ html, want string }{
		"HTML that is escaped whole is HTML":     {"&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b &amp;amp; c&lt;/p&gt;", "a\n\nb & c"},
		"an empty item is an item":               {"<ul><li></li><li><div>a</div></li></ul>", "-\n- a"},
		"an empty first cell keeps its place":    {"<table><tr><td><p></p></td><td>b</td></tr></table>", "\tb"},
		"plain text stays as it is":              {"Go & SQL &amp; more\nsecond line", "Go & SQL & more\nsecond line"},
		"nothing is nothing":                     {"", ""},
		"paragraphs are set apart":               {"<p>We build.</p><p>You ship.</p>", "We build.\n\nYou ship."},
		"breaks and blocks are lines":            {"a<br>b<div>c</div><div>d</div>e", "a\nb\nc\nd\ne"},
		"white space is folded":                  {"<p>\n  a \t <b> b</b>\n<i>c</i>d </p>", "a b cd"},
		"lists":                                  {"<ul><li>Go</li>\n<li><p>SQL</p></li></ul>After", "- Go\n- SQL\n\nAfter"},
		"items without an end tag":               {"<ul><li>Go<li>SQL</ul>", "- Go\n- SQL"},
		"tables":                                 {"<table>\n<tr><th>a</th> <th>b</th></tr>\n<tr><td><p>c</p></td><td>d</td></tr></table>", "a\tb\nc\td"},
		"entities":                               {"5 &lt; 6 &amp; caf&eacute;&nbsp;&#8211; x", "5 < 6 & café – x"},
		"scripts and styles are left out":        {"<title>t</title><style>p{}</style><script>a<b</script>x<!-- c -->y", "xy"},
		"preformatted text keeps its lines":      {"<pre>a\n  b</pre>c", "a\n  b\nc"},
		"attributes with brackets":               {`<p title="a > b">x</p>`, "x"},
		"hidden attribute":                       {"a<div hidden>b<div>c</div>d</div>e", "a\ne"},
		"display none":                           {`a<span style="color:red; DISPLAY : none !important">b</span>c`, "ac"},
		"visibility hidden":                      {`a<i style="visibility:hidden">b</i>c`, "ac"},
		"no opacity, no size":                    {`<b style="opacity:0.0">a</b><b style="font-size:0px">b</b><b style="font-size:10px;opacity:.9">c</b>`, "c"},
		"far off the screen":                     {`<b style="position:absolute;left:-9999px">a</b><b style="margin-left:-4px">b</b>`, "b"},
		"a hidden paragraph ends with the next":  {"<p hidden>a<p>b", "b"},
		"a hidden item ends with the next":       {"<ul><li hidden>a<ul><li>b</ul><li>c</ul>d", "- c\n\nd"},
		"a hidden last item ends with its list":  {"<ul><li>a<li hidden>b</ul>c", "- a\n\nc"},
		"a hidden void element hides nothing":    {`<input hidden>a<br style="display:none">b`, "a\nb"},
		"an unknown hidden element is read":      {"<x-y hidden>a</x-y>", "a"},
		"a stray end tag is nothing":             {"a</b></div>b", "a\nb"},
		"a head without an end does not swallow": {"<html><head><title>t</title><body>a", "a"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, HTML(tt.html))
		})
	}
}

func TestHTMLHiddenTextIsNoted(t *testing.T) {
	t.Parallel()
	doc := textOf(t, []byte(`<!doctype html><meta charset="windows-1252"><p>caf`+"\xe9"+`<p style="display:none">secret`))
	assert.Equal(t, Document{Text: "café", Kind: "html", Notes: []string{hiddenNote}}, doc)
}
