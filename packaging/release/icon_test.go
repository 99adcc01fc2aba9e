package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheIconIsASmallSquareWithClearCorners(t *testing.T) {
	raw, err := iconPNG()
	require.NoError(t, err)
	assert.Less(t, len(raw), 8<<10)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, iconSize, img.Bounds().Dx())
	assert.Equal(t, iconSize, img.Bounds().Dy())
	_, _, _, corner := img.At(0, 0).RGBA()
	assert.Zero(t, corner)
	for c, at := range map[color.Color]image.Point{
		iconColors[iconShades]:   {iconSize / 2, iconSize / 12},
		iconColors[2*iconShades]: {iconSize / 3, iconSize / 2},
	} {
		assert.Equal(t, c, color.NRGBAModel.Convert(img.At(at.X, at.Y)))
	}
}
