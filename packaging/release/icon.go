package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// iconSize is the width and height of the icon, which hosts scale down.
const iconSize = 256

// iconColors are the palette: transparent, then from the background to the strokes. The
// colours between smooth the edges.
var iconColors = iconPalette(
	color.NRGBA{R: 0x17, G: 0x3f, B: 0x5f, A: 0xff},
	color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff},
)

const iconShades = 8

func iconPalette(ground, stroke color.NRGBA) color.Palette {
	out := color.Palette{}
	for i := range iconShades {
		c := ground
		c.A = uint8(i * 0xff / iconShades) //nolint:gosec // below 0xff
		out = append(out, c)
	}
	mix := func(a, b uint8, i int) uint8 {
		return uint8((int(a)*(iconShades-i) + int(b)*i) / iconShades) //nolint:gosec // between a and b
	}
	for i := range iconShades + 1 {
		out = append(out, color.NRGBA{R: mix(ground.R, stroke.R, i), G: mix(ground.G, stroke.G, i), B: mix(ground.B, stroke.B, i), A: 0xff})
	}
	return out
}

// iconPNG draws the icon: a K on a rounded square.
func iconPNG() ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, iconSize, iconSize), iconColors)
	for y := range iconSize {
		for x := range iconSize {
			img.SetColorIndex(x, y, iconPixel(x, y))
		}
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}

// iconPixel returns a pixel's index in iconColors, by the shares of it that the square and
// the letter cover.
func iconPixel(x, y int) uint8 {
	const samples = 4
	square, letter := 0, 0
	for i := range samples * samples {
		px := (float64(x) + (float64(i%samples)+0.5)/samples) / iconSize
		py := (float64(y) + (float64(i/samples)+0.5)/samples) / iconSize
		if onRoundedSquare(px, py) {
			square++
		}
		if onLetter(px, py) {
			letter++
		}
	}
	if full := samples * samples; square < full {
		return uint8(square * iconShades / full)
	}
	return uint8(iconShades + letter*iconShades/(samples*samples))
}

// onRoundedSquare reports whether a point of the unit square is on the background.
func onRoundedSquare(x, y float64) bool {
	const radius = 0.2
	dx, dy := max(radius-x, x-(1-radius), 0), max(radius-y, y-(1-radius), 0)
	return dx*dx+dy*dy <= radius*radius
}

// onLetter reports whether a point of the unit square is on the letter: within half a
// stroke of its stem or of one of its arms.
func onLetter(x, y float64) bool {
	const half = 0.055
	for _, s := range [][4]float64{{0.33, 0.24, 0.33, 0.76}, {0.33, 0.56, 0.68, 0.24}, {0.46, 0.45, 0.70, 0.76}} {
		dx, dy := s[2]-s[0], s[3]-s[1]
		along := min(max(((x-s[0])*dx+(y-s[1])*dy)/(dx*dx+dy*dy), 0), 1)
		ex, ey := x-s[0]-along*dx, y-s[1]-along*dy
		if ex*ex+ey*ey <= half*half {
			return true
		}
	}
	return false
}
