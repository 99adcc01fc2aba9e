package cvtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const docxRelsHead = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`

func TestDOCXText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"paragraphs are lines": {para("Ada") + para("Example"), "Ada\nExample"},
		"runs join without a gap": {
			`<w:p><w:r><w:t>Ada Ex</w:t></w:r><w:r><w:t xml:space="preserve">ample </w:t></w:r><w:r><w:t>Ltd</w:t></w:r></w:p>`, "Ada Example Ltd",
		},
		"tabs, breaks and hyphens are characters": {
			`<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>`, "a\tb\nc-d",
		},
		"cells are separated by tabs": {
			`<w:tbl><w:tr><w:tc>` + para("a") + `</w:tc><w:tc>` + para("b") + para("c") + `</w:tc></w:tr><w:tr><w:tc>` + para("d") + `</w:tc></w:tr></w:tbl>` + para("e"), "a\tb\nc\nd\ne",
		},
		"numbered paragraphs are list items": {
			`<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>Go</w:t></w:r></w:p>`, "- Go",
		},
		"deleted and moved text is gone, inserted text stays": {
			`<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom></w:p>`, "new",
		},
		"a deleted paragraph mark deletes no text": {
			`<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t>stays</w:t></w:r></w:p>`, "stays",
		},
		"a text box is read once": {
			`<w:p><w:r><w:t>a</w:t><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>` + para("box") +
				`</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>` + para("box") + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>z</w:t></w:r></w:p>`, "a\nbox\nz",
		},
		"instructions of fields are left out": {
			`<w:p><w:r><w:instrText>HYPERLINK "x"</w:instrText></w:r><w:r><w:t>link</w:t></w:r></w:p>`, "link",
		},
		"a symbol font's bullet is a bullet": {`<w:p><w:r><w:sym w:font="Symbol" w:char="F0B7"/><w:t> x</w:t></w:r></w:p>`, "• x"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := textOf(t, docx(t, tt.body))
			assert.Equal(t, Document{Text: tt.want, Kind: "docx"}, doc)
		})
	}
}

func TestDOCXHiddenTextIsLeftOut(t *testing.T) {
	t.Parallel()
	run := func(props string) string {
		return `<w:r><w:rPr>` + props + `</w:rPr><w:t>secret</w:t></w:r>`
	}
	const shaded = `<w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr>`
	styles := `<w:styles><w:style w:type="paragraph" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>` +
		`<w:style w:type="character" w:styleId="Child"><w:basedOn w:val="Gone"/></w:style>` +
		`<w:style w:type="character" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>` +
		`<w:style w:type="table" w:styleId="Dark"><w:tblStylePr><w:rPr><w:vanish/></w:rPr><w:tcPr><w:shd w:fill="000000"/></w:tcPr></w:tblStylePr></w:style></w:styles>`
	tests := map[string]struct {
		body string
		keep bool
	}{
		"vanished":                        {body: `<w:p>` + run(`<w:vanish/>`) + `</w:p>`},
		"not vanished after all":          {body: `<w:p>` + run(`<w:vanish w:val="0"/>`) + `</w:p>`, keep: true},
		"vanished by its paragraph style": {body: `<w:p><w:pPr><w:pStyle w:val="Gone"/></w:pPr>` + run("") + `</w:p>`},
		"vanished by an inherited style":  {body: `<w:p>` + run(`<w:rStyle w:val="Child"/>`) + `</w:p>`},
		"shown against its style":         {body: `<w:p><w:pPr><w:pStyle w:val="Gone"/></w:pPr>` + run(`<w:vanish w:val="false"/>`) + `</w:p>`, keep: true},
		"a style that inherits itself":    {body: `<w:p>` + run(`<w:rStyle w:val="Loop"/>`) + `</w:p>`, keep: true},
		"a vanished end mark":             {body: `<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>` + run("") + `</w:p>`, keep: true},
		"white":                           {body: `<w:p>` + run(`<w:color w:val="FFFFFF"/>`) + `</w:p>`},
		"white in a dark cell":            {body: `<w:tbl><w:tr><w:tc>` + shaded + `<w:p>` + run(`<w:color w:val="FFFFFF"/>`) + `</w:p></w:tc></w:tr></w:tbl>`, keep: true},
		"white in a dark table style":     {body: `<w:tbl><w:tblPr><w:tblStyle w:val="Dark"/></w:tblPr><w:tr><w:tc><w:p>` + run(`<w:color w:val="FFFFFF"/>`) + `</w:p></w:tc></w:tr></w:tbl>`, keep: true},
		"white beside a shape behind it":  {body: `<w:p><w:r><wp:anchor behindDoc="1"/></w:r>` + run(`<w:color w:val="FFFFFF"/>`) + `</w:p>`, keep: true},
		"white on a highlight":            {body: `<w:p>` + run(`<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>`) + `</w:p>`, keep: true},
		"of one point":                    {body: `<w:p>` + run(`<w:sz w:val="2"/>`) + `</w:p>`},
		"of automatic color":              {body: `<w:p>` + run(`<w:color w:val="auto"/>`) + `</w:p>`, keep: true},
		"in a box of a vanished run":      {body: `<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:txbxContent><w:p>` + run("") + `</w:p></w:txbxContent></w:r></w:p>`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := textOf(t, docx(t, para("Ada")+tt.body, "word/styles.xml", styles))
			if tt.keep {
				assert.Equal(t, Document{Text: "Ada\nsecret", Kind: "docx"}, doc)
			} else {
				assert.Equal(t, Document{Text: "Ada", Kind: "docx", Notes: []string{hiddenNote}}, doc)
			}
		})
	}
}

func TestDOCXUsedHeadersAndFootersAreReadOnce(t *testing.T) {
	t.Parallel()
	header := func(text string) string { return `<w:hdr>` + para(text) + `</w:hdr>` }
	doc := textOf(t, docx(t, para("Body")+
		`<w:sectPr><w:headerReference w:type="default" r:id="h1"/><w:headerReference w:type="even" r:id="h2"/><w:footerReference r:id="f1"/><w:footerReference r:id="none"/></w:sectPr>`,
		"word/_rels/document.xml.rels", docxRelsHead+
			`<Relationship Id="h1" Type="x/header" Target="header1.xml"/><Relationship Id="h2" Type="x/header" Target="/word/header2.xml"/>`+
			`<Relationship Id="f1" Type="x/footer" Target="footer1.xml"/><Relationship Id="h9" Type="x/header" Target="header9.xml"/>`+
			`<Relationship Id="web" TargetMode="External" Target="http://127.0.0.1/x"/></Relationships>`,
		"word/header1.xml", header("Ada Example"), "word/header2.xml", header("Ada Example"),
		"word/footer1.xml", header("Phone"), "word/header9.xml", header("Nobody sees this"),
		"word/footnotes.xml", header("Note")))
	assert.Equal(t, "Ada Example\nBody\nNote\nPhone", strings.ReplaceAll(doc.Text, "\n\n", "\n"))
}

func TestDOCXMainPartMayHaveAnotherName(t *testing.T) {
	t.Parallel()
	doc := textOf(t, zipped(t, "[Content_Types].xml", docxTypes,
		"_rels/.rels", docxRelsHead+`<Relationship Id="r" Type="http://x/officeDocument" Target="word/document2.xml"/></Relationships>`,
		"word/document2.xml", `<w:document><w:body>`+para("Here")+`</w:body></w:document>`))
	assert.Equal(t, "Here", doc.Text)
}
