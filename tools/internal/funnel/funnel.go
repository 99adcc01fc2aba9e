package funnel

import (
	"slices"
	"strconv"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// PNG draws the funnel of an answer whose rows are groups by stage, in the order of
// the stages, with a count each. The scope says which applications these are, in
// the words of the question; what cannot be drawn of it is left out. It is nil for
// an answer without rows. Bars are left out until it has at most [MaxBytes], or few are
// left. The error is that of a font that cannot be read.
func PNG(a *digest.Answer, scope ...string) ([]byte, error) {
	if len(a.Rows) == 0 {
		return nil, nil
	}
	for bars := maxBars; ; bars -= 3 {
		c := chartOf(a, bars)
		c.scope = scope
		raw, err := c.draw()
		if err != nil || len(raw) <= MaxBytes || bars <= fewBars {
			return raw, err
		}
	}
}

// chart is what the picture of an answer shows.
type chart struct {
	title, about string
	// scope says which applications these are, in the words of the question.
	scope  []string
	stages []stage
	notes  []string
}

// stage is one bar.
type stage struct {
	name string
	// here counts the applications at this stage, reached those at this stage or a
	// later one; conversion is the share that reached of those that reached the stage
	// before, in percent. The last two are -1 where the stage has no place in the order.
	here, reached, conversion int
}

const (
	// maxBars is the most stages that a picture shows; more would be illegible.
	maxBars = 24
	// fewBars are drawn whatever the picture's size.
	fewBars = 6
	// MaxBytes is the size that a picture is to have at most. Hosts pass it on as base64.
	MaxBytes = 12 << 10
)

// chartOf reads the stages and counts from an answer whose rows are groups by
// stage, in the order of the stages, for a picture of this many bars.
func chartOf(a *digest.Answer, bars int) *chart {
	ch := &chart{title: strconv.Itoa(a.Summary.Matched) + " applications by stage"}
	if !a.Summary.Complete {
		ch.title = "At least " + ch.title
		ch.notes = append(ch.notes, "Not all applications could be read: every number is a lower bound.")
	}
	if a.Summary.First != "" {
		ch.about = "Applied " + a.Summary.First + " to " + a.Summary.Last
	}
	name, counted := slices.Index(a.Columns, "stage"), slices.Index(a.Columns, "count")
	if name < 0 || counted < 0 {
		return ch
	}
	without := 0
	for _, row := range a.Rows {
		n, err := strconv.Atoi(row[counted])
		switch {
		case err != nil:
		case row[name] == "":
			without += n
		default:
			ch.stages = append(ch.stages, stage{name: row[name], here: n})
		}
	}
	ch.count()
	more := len(ch.stages) - bars
	if more > 0 {
		ch.stages = ch.stages[:bars]
	}
	if without > 0 {
		ch.stages = append(ch.stages, stage{name: "no stage known", here: without, reached: -1, conversion: -1})
	}
	switch {
	case a.Next != "":
		ch.notes = append(ch.notes, "More stages follow on the next page; they are not counted here.")
	case more > 0:
		ch.notes = append(ch.notes, strconv.Itoa(more)+" later stages are counted and not shown.")
	}
	ch.notes = append(ch.notes, "Dark: at this stage. Light: at this stage or a later one; conversion is its share of the light bar before.", "Kombo keeps no stage history: whoever skipped a stage or went back is counted at the current one.")
	return ch
}

// count fills in how many reached each stage, and the conversion, rounded.
func (ch *chart) count() {
	reached := 0
	for i := len(ch.stages) - 1; i >= 0; i-- {
		reached += ch.stages[i].here
		ch.stages[i].reached, ch.stages[i].conversion = reached, -1
	}
	for i := 1; i < len(ch.stages); i++ {
		if before := ch.stages[i-1].reached; before > 0 {
			ch.stages[i].conversion = (200*ch.stages[i].reached + before) / (2 * before)
		}
	}
}
