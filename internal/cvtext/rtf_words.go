package cvtext

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// rtfSkipped are the destinations whose content a page does not show. Those that begin
// with \* are skipped too, except those in rtfStarredText.
var rtfSkipped = map[string]struct{}{
	"stylesheet": {}, "info": {}, "pict": {}, "object": {}, "fldinst": {}, "private": {},
	"xe": {}, "tc": {}, "tcn": {}, "rxe": {}, "bkmkstart": {}, "bkmkend": {}, "sp": {},
	"shprslt": {}, "nonshppict": {}, "annotation": {}, "atnid": {}, "atnauthor": {},
	"revtbl": {}, "filetbl": {}, "listtable": {}, "listoverridetable": {}, "rsidtbl": {},
	"generator": {}, "themedata": {}, "colorschememapping": {}, "latentstyles": {},
	"datastore": {}, "xmlnstbl": {}, "template": {}, "background": {}, "ftnsep": {},
	"ftnsepc": {}, "aftnsep": {}, "aftnsepc": {}, "pnseclvl": {}, "pntxta": {}, "pntxtb": {},
}

// rtfStarredText are destinations with text although they are marked as ignorable.
var rtfStarredText = map[string]struct{}{
	"shpinst": {}, "shptxt": {}, "pntext": {}, "footnote": {},
}

var rtfCharacters = map[string]string{
	"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "softline": "\n",
	"tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
	"ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}

// rtfCharsets maps \fcharset to an encoding.
var rtfCharsets = map[int]encoding.Encoding{
	0: charmap.Windows1252, 77: charmap.Macintosh, 128: japanese.ShiftJIS, 129: korean.EUCKR,
	134: simplifiedchinese.GBK, 136: traditionalchinese.Big5, 161: charmap.Windows1253,
	162: charmap.Windows1254, 163: charmap.Windows1258, 177: charmap.Windows1255,
	178: charmap.Windows1256, 186: charmap.Windows1257, 204: charmap.Windows1251,
	222: charmap.Windows874, 238: charmap.Windows1250,
}

// rtfCodePages maps \ansicpg to an encoding.
var rtfCodePages = map[int]encoding.Encoding{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 866: charmap.CodePage866,
	874: charmap.Windows874, 932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR,
	950: traditionalchinese.Big5, 1250: charmap.Windows1250, 1251: charmap.Windows1251,
	1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257,
	1258: charmap.Windows1258, 10000: charmap.Macintosh, 65001: encoding.Nop,
}

// controlWord executes a control word; given is set if it has a number.
func (r *rtfReader) controlWord(word string, arg int, given bool) {
	starred := r.star
	r.star = false
	if r.state.dest == rtfSkip {
		return
	}
	_, skipped := rtfSkipped[word]
	_, hasText := rtfStarredText[word]
	if skipped || starred && !hasText {
		r.flush()
		r.state.dest = rtfSkip
		return
	}
	if text, isSign := rtfCharacters[word]; isSign {
		r.putText(text)
		return
	}
	switch r.state.dest {
	case rtfFonts:
		r.fontWord(word, arg)
	case rtfColors:
		r.colorWord(word, arg)
	default:
		r.bodyWord(word, arg, given)
	}
}

func (r *rtfReader) fontWord(word string, arg int) {
	switch word {
	case "f":
		r.state.font = arg
	case "fcharset":
		// The number of a font is set in its own group or, if there is no group,
		// replaced by the next \f.
		if enc := rtfCharsets[arg]; enc != nil {
			r.fonts[r.state.font] = enc
		}
	}
}

func (r *rtfReader) colorWord(word string, arg int) {
	switch word {
	case "red":
		r.color[0] = arg
	case "green":
		r.color[1] = arg
	case "blue":
		r.color[2] = arg
	}
}

func (r *rtfReader) bodyWord(word string, arg int, given bool) {
	switch word {
	case "u":
		r.unicode(arg)
	case "uc":
		r.state.uc = min(max(arg, 0), 16)
	case "fonttbl":
		r.state.dest = rtfFonts
	case "colortbl":
		r.state.dest = rtfColors
	case "ansicpg":
		if enc := rtfCodePages[arg]; enc != nil {
			r.codePage = enc
		}
	case "mac":
		r.codePage = charmap.Macintosh
	case "pc":
		r.codePage = charmap.CodePage437
	case "pca":
		r.codePage = charmap.CodePage850
	case "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf":
		r.flush()
		r.newline()
		r.state.headerStart = len(r.buf)
	case "cell", "nestcell":
		r.flush()
		r.cell()
	case "row", "nestrow":
		r.flush()
		r.row()
	case "deff":
		r.defaultFont, r.state.font = arg, arg
	case "shptxt":
		r.flush()
		r.newline()
	default:
		r.styleWord(word, arg, !given || arg != 0)
	}
}

// styleWord executes a control word that changes the appearance of the text after it.
func (r *rtfReader) styleWord(word string, arg int, on bool) {
	switch word {
	case "f", "plain", "v", "deleted", "fs", "cf":
		r.flush()
	}
	switch word {
	case "f":
		r.state.font = arg
	case "plain":
		r.state.style, r.state.font = appearance{}, r.defaultFont
	case "v", "deleted":
		r.state.style.hidden = settingOf(on)
	case "fs":
		// In half points.
		r.state.style.tiny = settingOf(arg < 2*minPoints)
	case "cf":
		r.state.style.white = settingOf(arg > 0 && arg < len(r.white) && r.white[arg])
	}
}
