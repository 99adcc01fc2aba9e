package funnel

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// A picture has the size at which it is shown, and few colors: hosts pass it on as base64, in
// which a sharper one would take four times the room. All lengths are in pixels.
const (
	pictureWidth = 760
	barsLeft     = 200
	barsRight    = 520
	rowHeight    = 34
	barHeight    = 22
	headHeight   = 96
	noteHeight   = 18
	margin       = 24
)

var (
	paperColor     = color.NRGBA{255, 255, 255, 255}
	inkColor       = color.NRGBA{29, 39, 51, 255}
	faintColor     = color.NRGBA{93, 107, 120, 255}
	reachedColor   = color.NRGBA{213, 228, 236, 255}
	hereColor      = color.NRGBA{35, 101, 139, 255}
	unorderedColor = color.NRGBA{160, 170, 180, 255}
)

// canvas is a picture being drawn.
type canvas struct {
	*image.NRGBA
	fonts [2]*opentype.Font
	faces map[faceKey]font.Face
}

type faceKey struct {
	bold bool
	size int
}

// draw encodes the picture as a PNG. The error is that of a font that cannot be read.
func (ch *chart) draw() ([]byte, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, err
	}
	ch.nameStages(fonts[0])
	height := headHeight + len(ch.stages)*rowHeight + 14 + len(ch.notes)*noteHeight + margin
	c := &canvas{image.NewNRGBA(image.Rect(0, 0, pictureWidth, height)), fonts, map[faceKey]font.Face{}}
	draw.Draw(c, c.Bounds(), image.NewUniform(paperColor), image.Point{}, draw.Src)
	c.text(margin, 38, ch.title, faceKey{true, 19}, inkColor, 0)
	small := faceKey{false, 13}
	for _, words := range ch.scope {
		// Words that lost a letter would say something else.
		if s, ok := drawable(fonts[0], digest.Clean(words)); ok {
			ch.about += " · " + s
		}
	}
	c.text(margin, 59, c.cut(ch.about, small, pictureWidth-2*margin), small, faintColor, 0)
	for _, h := range []struct {
		x    int
		name string
	}{{583, "here"}, {653, "or later"}, {pictureWidth - margin, "conversion"}} {
		c.text(h.x, headHeight-10, h.name, faceKey{false, 12}, faintColor, 1)
	}
	most := 1
	for _, s := range ch.stages {
		most = max(most, s.here, s.reached)
	}
	y := headHeight
	for _, s := range ch.stages {
		c.stage(y, s, most)
		y += rowHeight
	}
	y += 14 + 12
	for _, n := range ch.notes {
		c.text(margin, y, n, faceKey{false, 12}, faintColor, 0)
		y += noteHeight
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, c.reduced()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// nameStages gives every stage a name that can be drawn: one in a script that the
// font lacks gets its number.
func (ch *chart) nameStages(face *opentype.Font) {
	numbered := false
	for i := range ch.stages {
		s, ok := drawable(face, ch.stages[i].name)
		if !ok {
			s, numbered = "Stage "+strconv.Itoa(i+1), true
		}
		ch.stages[i].name = s
	}
	if numbered {
		ch.notes = append(ch.notes, "Stages with a number have names that cannot be drawn here; the text of the answer has them, in this order.")
	}
}

// stage draws one row: who reached the stage in a light bar, who is at it in front.
func (c *canvas) stage(y int, s stage, most int) {
	base := y + barHeight/2 + 5
	behind, front := reachedColor, hereColor
	if s.reached < 0 {
		behind, front = paperColor, unorderedColor
	}
	full := barsRight - barsLeft
	if s.reached > 0 {
		c.bar(barsLeft, y, max(3, full*s.reached/most), behind)
	}
	if s.here > 0 {
		c.bar(barsLeft, y, max(3, full*s.here/most), front)
	}
	c.text(barsLeft-12, base, c.cut(s.name, faceKey{false, 14}, barsLeft-12-margin), faceKey{false, 14}, inkColor, 1)
	c.text(583, base, strconv.Itoa(s.here), faceKey{true, 15}, inkColor, 1)
	if s.reached >= 0 {
		c.text(653, base, strconv.Itoa(s.reached), faceKey{false, 14}, faintColor, 1)
	}
	if s.conversion >= 0 {
		c.text(pictureWidth-margin, base, strconv.Itoa(s.conversion)+" %", faceKey{false, 14}, inkColor, 1)
	}
}

func (c *canvas) face(k faceKey) font.Face {
	if f := c.faces[k]; f != nil {
		return f
	}
	from := c.fonts[0]
	if k.bold {
		from = c.fonts[1]
	}
	f, err := opentype.NewFace(from, &opentype.FaceOptions{Size: float64(k.size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		// It fails for invalid options alone; a picture without a word is better than
		// none.
		return nil
	}
	c.faces[k] = f
	return f
}

// text writes on the base line at y, from x on, or up to x if side is 1.
func (c *canvas) text(x, y int, s string, k faceKey, ink color.Color, side int) {
	face := c.face(k)
	if face == nil {
		return
	}
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(x, y)}
	if side == 1 {
		d.Dot.X -= d.MeasureString(s)
	}
	d.DrawString(s)
}

// cut shortens a text to a width in pixels.
func (c *canvas) cut(s string, k faceKey, width int) string {
	face := c.face(k)
	if face == nil || font.MeasureString(face, s).Ceil() <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && font.MeasureString(face, string(r)+"…").Ceil() > width {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

// bar fills a rectangle with rounded ends on the right.
func (c *canvas) bar(x, y, width int, fill color.Color) {
	const radius = 4
	w, h, r := float32(width), float32(barHeight), min(float32(radius), float32(width)/2)
	v := vector.NewRasterizer(int(w), int(h))
	v.MoveTo(0, 0)
	v.LineTo(w-r, 0)
	v.QuadTo(w, 0, w, r)
	v.LineTo(w, h-r)
	v.QuadTo(w, h, w-r, h)
	v.LineTo(0, h)
	v.ClosePath()
	at := image.Rect(x, y, x+int(w), y+int(h))
	v.Draw(c, at, image.NewUniform(fill), image.Point{})
}

// maxColors is how many colors a picture has, so that a pixel takes four bits.
const maxColors = 16

// reduced is the picture with a palette: the colors of the edges of letters are rounded,
// as much as it takes. It is the picture itself if the plain colors are too many.
func (c *canvas) reduced() image.Image {
	for step := 16; step < 256; step *= 2 {
		if out := c.rounded(step); out != nil {
			return out
		}
	}
	return c
}

// rounded is the picture with colors rounded to a step, nil if that leaves too many. The
// plain colors stay as they are.
func (c *canvas) rounded(step int) image.Image {
	round := func(v uint8) uint8 { return uint8(min(255, (int(v)+step/2)/step*step)) } // #nosec G115 -- at most 255
	index := map[color.NRGBA]uint8{}
	var palette color.Palette
	add := func(k color.NRGBA, shown color.Color) {
		index[k] = uint8(len(palette)) // #nosec G115 -- at most 16
		palette = append(palette, shown)
	}
	for _, k := range []color.NRGBA{paperColor, inkColor, faintColor, reachedColor, hereColor, unorderedColor} {
		add(color.NRGBA{round(k.R), round(k.G), round(k.B), 255}, k)
	}
	out := image.NewPaletted(c.Bounds(), nil)
	for i := range out.Pix {
		p := c.Pix[4*i : 4*i+4]
		k := color.NRGBA{round(p[0]), round(p[1]), round(p[2]), 255}
		if _, known := index[k]; !known {
			if len(palette) == maxColors {
				return nil
			}
			add(k, k)
		}
		out.Pix[i] = index[k]
	}
	out.Palette = palette
	return out
}
