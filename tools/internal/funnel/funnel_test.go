package funnel

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

func TestAFunnelCountsWhoCameThisFarInTheOrderOfTheStages(t *testing.T) {
	f := chartOf(&digest.Answer{
		Summary: digest.Summary{Matched: 19, Complete: true, First: "2026-01-01", Last: "2026-02-01"},
		Columns: []string{"stage", "count"},
		Rows:    [][]string{{"Applied", "9"}, {"Screen", "0"}, {"Interview", "5"}, {"Offer", "3"}, {"", "2"}},
	}, maxBars)
	assert.Equal(t, "19 applications by stage", f.title)
	assert.Equal(t, "Applied 2026-01-01 to 2026-02-01", f.about)
	assert.Equal(t, []stage{
		{"Applied", 9, 17, -1}, {"Screen", 0, 8, 47}, {"Interview", 5, 8, 100}, {"Offer", 3, 3, 38}, {"no stage known", 2, -1, -1},
	}, f.stages)
}

func TestAFunnelOfAPartSaysSo(t *testing.T) {
	a := &digest.Answer{Summary: digest.Summary{Matched: 3}, Columns: []string{"stage", "count"}, Next: "x"}
	for range maxBars + 6 {
		a.Rows = append(a.Rows, []string{"S", "0"})
	}
	a.Rows[maxBars+1][1] = "3"
	f := chartOf(a, maxBars)
	assert.Equal(t, "At least 3 applications by stage", f.title)
	assert.Len(t, f.stages, maxBars)
	require.Len(t, f.notes, 4)
	assert.Contains(t, f.notes[0], "lower bound")
	assert.Contains(t, f.notes[1], "next page")
	assert.Equal(t, stage{"S", 0, 3, 100}, f.stages[3], "who stands at a stage that is not shown came this far")
}

func TestLabelsAreDrawableOrNamedOtherwise(t *testing.T) {
	fonts, err := loadFonts()
	require.NoError(t, err)
	for label, want := range map[string]string{
		"Prüfung": "Prüfung", "Entretien téléphonique": "Entretien téléphonique", "Phỏng vấn": "Phong van", "Собеседование": "Собеседование",
		"🦊 Offer": "Offer", "面接": "", "Interview 面接": "", "مقابلة": "", "": "", "C++ & Go / QA (m/w/d)": "C++ & Go / QA (m/w/d)",
	} {
		got, ok := drawable(fonts[0], label)
		if !ok {
			got = ""
		}
		assert.Equal(t, want, got, label)
	}
}

func TestAPictureIsAPNGOfAFixedWidth(t *testing.T) {
	a := &digest.Answer{Summary: digest.Summary{Matched: 4, Complete: true}, Columns: []string{"stage", "count"}, Rows: [][]string{{"Applied", "3"}, {"面接", "1"}}}
	raw, err := PNG(a, "Backend Engineer", `outcome == "PENDING"`, "面接")
	require.NoError(t, err)
	picture, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, pictureWidth, picture.Bounds().Dx())
	assert.LessOrEqual(t, len(raw), MaxBytes)
	assert.LessOrEqual(t, len(picture.(*image.Paletted).Palette), maxColors)

	a.Rows = nil
	raw, err = PNG(a)
	require.NoError(t, err)
	assert.Nil(t, raw)
}
