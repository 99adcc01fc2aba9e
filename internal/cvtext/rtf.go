package cvtext

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// rtfState is the state that an RTF group inherits; at its end the old one is restored.
type rtfState struct {
	// dest is the current destination; only rtfBody is text of the document.
	dest  rtfDest
	font  int
	uc    int
	style appearance
	// headerStart is where the current header or footer starts in the text, or -1.
	headerStart int
}

type rtfDest int

const (
	rtfBody rtfDest = iota
	rtfFonts
	rtfColors
	rtfSkip
)

// rtfReader reads RTF byte by byte.
type rtfReader struct {
	*sink
	data  []byte
	pos   int
	state rtfState
	stack []rtfState

	codePage encoding.Encoding
	fonts    map[int]encoding.Encoding
	// defaultFont is the font of text that sets none.
	defaultFont int
	white       []bool
	color       [3]int
	// whitePage is set if the document has no background colors and no shapes, so that
	// white text cannot be seen.
	whitePage bool

	// pending are bytes in the character set of the current font.
	pending []byte
	// highSurrogate is the first half of a surrogate pair.
	highSurrogate rune
	// ignore is how many characters to ignore after \u: they are for readers without
	// Unicode.
	ignore int
	// star is set if the group starts with \*: its destination may be ignored.
	star bool
	seen map[string]bool
}

func readRTF(s *sink, data []byte) error {
	r := &rtfReader{
		sink: s, data: data, codePage: charmap.Windows1252,
		fonts: map[int]encoding.Encoding{}, seen: map[string]bool{},
		state:     rtfState{uc: 1, headerStart: -1},
		whitePage: rtfHasWhitePage(data),
	}
	err := r.run()
	r.flush()
	if errors.Is(err, errRTFEnd) {
		s.truncate("the document is damaged: the end is missing")
		return nil
	}
	return err
}

// errRTFEnd says that the data ended inside a group.
var errRTFEnd = errors.New("groups left open")

func rtfHasWhitePage(data []byte) bool {
	for _, word := range []string{`\cb`, `\chcbpat`, `\clcbpat`, `\highlight`, `\shp`, `\do\`, `\background`} {
		if bytes.Contains(data, []byte(word)) {
			return false
		}
	}
	return true
}

func (r *rtfReader) run() error {
	for r.pos < len(r.data) {
		if err := r.step(); err != nil {
			return err
		}
		c := r.data[r.pos]
		r.pos++
		switch c {
		case '{':
			if len(r.stack) >= r.limits.Depth {
				return fmt.Errorf("%w (its groups are nested deeper than %d)", ErrTooLarge, r.limits.Depth)
			}
			r.flush()
			r.ignore, r.star = 0, false
			r.stack = append(r.stack, r.state)
			r.state.headerStart = -1
		case '}':
			if done := r.closeGroup(); done {
				return nil
			}
		case '\\':
			r.control()
		case '\r', '\n', 0:
		default:
			r.putByte(c)
		}
	}
	return errRTFEnd
}

func (r *rtfReader) closeGroup() (done bool) {
	r.flush()
	r.ignore, r.star = 0, false
	if len(r.stack) == 0 {
		return true
	}
	if r.state.headerStart >= 0 {
		r.newline()
		r.dropRepeated(r.state.headerStart, r.seen)
	}
	r.state = r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	return len(r.stack) == 0
}

// putByte adds a character of the current character set.
func (r *rtfReader) putByte(c byte) {
	switch {
	case r.ignore > 0:
		r.ignore--
	case r.state.dest == rtfBody:
		r.highSurrogate = 0
		r.pending = append(r.pending, c)
	case r.state.dest == rtfColors && c == ';':
		r.white = append(r.white, isNearWhite(channel(r.color[0]), channel(r.color[1]), channel(r.color[2])))
		r.color = [3]int{}
	}
}

func channel(n int) uint8 { return uint8(min(max(n, 0), 255)) }

// control reads what follows a backslash: a symbol, or a word with an optional number.
func (r *rtfReader) control() {
	if r.pos >= len(r.data) {
		return
	}
	c := r.data[r.pos]
	if !isLetter(c) {
		r.pos++
		r.controlSymbol(c)
		return
	}
	from := r.pos
	for r.pos < len(r.data) && r.pos-from < 32 && isLetter(r.data[r.pos]) {
		r.pos++
	}
	word := string(r.data[from:r.pos])
	arg, given := r.number()
	if r.pos < len(r.data) && r.data[r.pos] == ' ' {
		r.pos++
	}
	if word == "bin" {
		r.pos += min(max(arg, 0), len(r.data)-r.pos)
		return
	}
	if r.ignore > 0 {
		r.ignore--
		return
	}
	r.controlWord(word, arg, given)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// number reads the number of a control word. One that is too long for an int32 is cut.
func (r *rtfReader) number() (n int, given bool) {
	from := r.pos
	if r.pos < len(r.data) && r.data[r.pos] == '-' {
		r.pos++
	}
	for r.pos < len(r.data) && r.pos-from < 11 && r.data[r.pos] >= '0' && r.data[r.pos] <= '9' {
		r.pos++
	}
	n, err := strconv.Atoi(string(r.data[from:r.pos]))
	return n, err == nil
}

func (r *rtfReader) controlSymbol(c byte) {
	switch c {
	case '\'':
		if r.pos+2 > len(r.data) {
			r.pos = len(r.data)
			return
		}
		n, err := strconv.ParseUint(string(r.data[r.pos:r.pos+2]), 16, 8)
		if err == nil {
			r.pos += 2
			r.putByte(byte(n))
		}
		return
	case '*':
		r.star = true
		return
	}
	if r.ignore > 0 {
		r.ignore--
		return
	}
	switch c {
	case '\\', '{', '}':
		r.putByte(c)
	case '~':
		r.putText(" ")
	case '_':
		r.putText("-")
	case '\r', '\n':
		r.putText("\n")
	}
}

// putText writes text that is already decoded.
func (r *rtfReader) putText(text string) {
	r.flush()
	if r.state.dest == rtfBody {
		r.writeUnlessHidden(text, r.state.style.isHidden(r.whitePage))
	}
}

// unicode adds a UTF-16 code unit, which RTF writes as a signed number.
func (r *rtfReader) unicode(arg int) {
	r.ignore = r.state.uc
	unit := rune(arg & 0xffff)
	high := r.highSurrogate
	r.flush()
	switch {
	case unit >= 0xd800 && unit < 0xdc00:
		r.highSurrogate = unit
	case unit >= 0xdc00 && unit < 0xe000:
		if high != 0 {
			r.putText(string(utf16.DecodeRune(high, unit)))
		}
	default:
		r.putText(string(unit))
	}
}

// flush decodes the pending bytes by the character set of the current font.
func (r *rtfReader) flush() {
	r.highSurrogate = 0
	if len(r.pending) == 0 {
		return
	}
	pending := r.pending
	r.pending = r.pending[:0]
	enc := r.fonts[r.state.font]
	if enc == nil {
		enc = r.codePage
	}
	text, err := enc.NewDecoder().Bytes(pending)
	if err != nil {
		text = bytes.ToValidUTF8(pending, []byte("\uFFFD"))
	}
	r.writeUnlessHidden(strings.ReplaceAll(string(text), "\x00", ""), r.state.style.isHidden(r.whitePage))
}
