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

// rtfState is what an RTF group inherits and what it leaves at its end.
type rtfState struct {
	// dest is the destination being read; only rtfBody goes to the text.
	dest  rtfDest
	font  int
	uc    int
	style look
	// mark is where a header or footer began in the text, -1 elsewhere.
	mark int
}

type rtfDest int

const (
	rtfBody rtfDest = iota
	rtfFonts
	rtfColours
	rtfSkip
)

// rtfReader reads RTF byte by byte; nothing in it is trusted to end.
type rtfReader struct {
	*sink
	data  []byte
	pos   int
	state rtfState
	stack []rtfState

	page  encoding.Encoding
	fonts map[int]encoding.Encoding
	// usual is the font of text that names none.
	usual  int
	white  []bool
	colour [3]int
	// onPage says that the document has no coloured ground and no shapes.
	onPage bool

	// pending holds bytes of the current font's character set.
	pending []byte
	// high is the first half of a surrogate pair.
	high rune
	// ignore counts the characters that follow \u for readers without Unicode.
	ignore int
	// star says that the group began with \*: its destination may be ignored.
	star bool
	seen map[string]bool
}

func readRTF(s *sink, data []byte) error {
	r := &rtfReader{
		sink: s, data: data, page: charmap.Windows1252,
		fonts: map[int]encoding.Encoding{}, seen: map[string]bool{},
		state:  rtfState{uc: 1, mark: -1},
		onPage: rtfBareGround(data),
	}
	err := r.run()
	r.flush()
	if errors.Is(err, errRTFEnd) {
		s.cut("the document is damaged: the end is missing")
		return nil
	}
	return err
}

// errRTFEnd says that the data ended inside a group.
var errRTFEnd = errors.New("groups left open")

func rtfBareGround(data []byte) bool {
	for _, word := range []string{`\cb`, `\chcbpat`, `\clcbpat`, `\highlight`, `\shp`, `\do\`, `\background`} {
		if bytes.Contains(data, []byte(word)) {
			return false
		}
	}
	return true
}

func (r *rtfReader) run() error {
	for r.pos < len(r.data) {
		if err := r.tick(); err != nil {
			return err
		}
		c := r.data[r.pos]
		r.pos++
		switch c {
		case '{':
			if len(r.stack) >= r.limits.Depth {
				return fmt.Errorf("%w (its groups nest deeper than %d)", ErrTooLarge, r.limits.Depth)
			}
			r.flush()
			r.ignore, r.star = 0, false
			r.stack = append(r.stack, r.state)
			r.state.mark = -1
		case '}':
			if done := r.closeGroup(); done {
				return nil
			}
		case '\\':
			r.control()
		case '\r', '\n', 0:
		default:
			r.byte(c)
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
	if r.state.mark >= 0 {
		r.newline()
		r.once(r.state.mark, r.seen)
	}
	r.state = r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	return len(r.stack) == 0
}

// byte takes a character of the text in the current character set.
func (r *rtfReader) byte(c byte) {
	switch {
	case r.ignore > 0:
		r.ignore--
	case r.state.dest == rtfBody:
		r.high = 0
		r.pending = append(r.pending, c)
	case r.state.dest == rtfColours && c == ';':
		r.white = append(r.white, nearWhite(channel(r.colour[0]), channel(r.colour[1]), channel(r.colour[2])))
		r.colour = [3]int{}
	}
}

func channel(n int) uint8 { return uint8(min(max(n, 0), 255)) }

// control reads what follows a backslash: a sign, or a word with a number.
func (r *rtfReader) control() {
	if r.pos >= len(r.data) {
		return
	}
	c := r.data[r.pos]
	if !isLetter(c) {
		r.pos++
		r.sign(c)
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
	r.word(word, arg, given)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// number reads a control word's argument. One too long for an int32 is cut.
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

func (r *rtfReader) sign(c byte) {
	switch c {
	case '\'':
		if r.pos+2 > len(r.data) {
			r.pos = len(r.data)
			return
		}
		n, err := strconv.ParseUint(string(r.data[r.pos:r.pos+2]), 16, 8)
		if err == nil {
			r.pos += 2
			r.byte(byte(n))
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
		r.byte(c)
	case '~':
		r.put(" ")
	case '_':
		r.put("-")
	case '\r', '\n':
		r.put("\n")
	}
}

// put writes text that has left its character set behind.
func (r *rtfReader) put(text string) {
	r.flush()
	if r.state.dest == rtfBody {
		r.show(text, r.state.style.unseen(r.onPage))
	}
}

// unicode takes one UTF-16 unit, written as a signed number.
func (r *rtfReader) unicode(arg int) {
	r.ignore = r.state.uc
	unit := rune(arg & 0xffff)
	high := r.high
	r.flush()
	switch {
	case unit >= 0xd800 && unit < 0xdc00:
		r.high = unit
	case unit >= 0xdc00 && unit < 0xe000:
		if high != 0 {
			r.put(string(utf16.DecodeRune(high, unit)))
		}
	default:
		r.put(string(unit))
	}
}

// flush decodes the pending bytes by the current font's character set.
func (r *rtfReader) flush() {
	r.high = 0
	if len(r.pending) == 0 {
		return
	}
	pending := r.pending
	r.pending = r.pending[:0]
	enc := r.fonts[r.state.font]
	if enc == nil {
		enc = r.page
	}
	text, err := enc.NewDecoder().Bytes(pending)
	if err != nil {
		text = bytes.ToValidUTF8(pending, []byte("\uFFFD"))
	}
	r.show(strings.ReplaceAll(string(text), "\x00", ""), r.state.style.unseen(r.onPage))
}
