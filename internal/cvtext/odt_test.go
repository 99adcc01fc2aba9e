package cvtext

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestODTText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"headings and paragraphs are lines":     {`<text:h>Ada</text:h><text:p>Example</text:p>`, "Ada\nExample"},
		"white space of the file collapses":     {"\n  <text:p>a\n   b<text:span> c</text:span></text:p>\n ", "a b c"},
		"spaces, tabs and breaks have elements": {`<text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d</text:p>`, "a  b\tc\nd"},
		"list items are marked":                 {`<text:list><text:list-item><text:p>Go</text:p></text:list-item></text:list>`, "- Go"},
		"cells are separated by tabs": {
			`<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table><text:p>c</text:p>`, "a\tb\nc",
		},
		"deleted text and comments are gone": {
			`<text:tracked-changes><text:p>old</text:p></text:tracked-changes><text:p>new<office:annotation><text:p>hm</text:p></office:annotation></text:p>`, "new",
		},
		"title of a picture is left out, title field is not": {`<text:p><draw:frame><svg:title>logo</svg:title></draw:frame><text:title>CV</text:title></text:p>`, "CV"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, Document{Text: tt.want, Kind: "odt"}, textOf(t, odt(t, "", tt.body)))
		})
	}
}

func TestODTHiddenTextIsLeftOut(t *testing.T) {
	t.Parallel()
	style := func(name, props string) string {
		return `<style:style style:name="` + name + `"><style:text-properties ` + props + `/></style:style>`
	}
	tests := map[string]struct {
		styles, body string
		keep         bool
	}{
		"hidden by its style":        {style("T1", `text:display="none"`), `<text:p><text:span text:style-name="T1">secret</text:span></text:p>`, false},
		"hidden by a parent's style": {style("P", `text:display="none"`) + `<style:style style:name="C" style:parent-style-name="P"/>`, `<text:p text:style-name="C">secret</text:p>`, false},
		"white":                      {style("T1", `fo:color="#ffffff"`), `<text:p text:style-name="T1">secret</text:p>`, false},
		"white on a colored ground":  {style("T1", `fo:color="#ffffff" fo:background-color="#000000"`), `<text:p text:style-name="T1">secret</text:p>`, true},
		"tiny":                       {style("T1", `fo:font-size="1pt"`), `<text:p text:style-name="T1">secret</text:p>`, false},
		"in a hidden section":        {"", `<text:section text:display="none"><text:p>secret</text:p></text:section>`, false},
		"hidden text field":          {"", `<text:p><text:hidden-text text:is-hidden="true">secret</text:hidden-text></text:p>`, false},
		"in a hidden paragraph":      {"", `<text:p><text:hidden-paragraph text:is-hidden="true"/>secret</text:p>`, false},
		"plain":                      {style("T1", `fo:font-size="9pt"`), `<text:p text:style-name="T1">secret</text:p>`, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := textOf(t, odt(t, tt.styles, `<text:p>Ada</text:p>`+tt.body))
			if tt.keep {
				assert.Equal(t, Document{Text: "Ada\nsecret", Kind: "odt"}, doc)
			} else {
				assert.Equal(t, Document{Text: "Ada", Kind: "odt", Notes: []string{hiddenNote}}, doc)
			}
		})
	}
}

func TestODTHeadersAreReadOnceAndFirst(t *testing.T) {
	t.Parallel()
	master := `<style:master-page><style:header><text:p>Ada Example</text:p></style:header><style:header-first><text:p>Ada Example</text:p></style:header-first></style:master-page>`
	doc := textOf(t, odt(t, "", `<text:p>Body</text:p>`, "styles.xml",
		`<office:document-styles><office:styles><text:p>no text</text:p></office:styles><office:master-styles>`+master+`</office:master-styles></office:document-styles>`))
	assert.Equal(t, "Ada Example\nBody", doc.Text)
}

func TestODTWithPasswordIsProtected(t *testing.T) {
	t.Parallel()
	data := odt(t, "", "", "META-INF/manifest.xml", `<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`)
	require.ErrorIs(t, errorOf(t, data), ErrProtected)
}
