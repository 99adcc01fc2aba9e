package tools

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

// chartOf says what a picture can show.
const chartOf = `chart draws the funnel, so it wants group_by: "stage" alone and no limit 0; where and job_ids say of whom. ` +
	`For other groups leave chart out: the rows have the counts.`

// withFunnel lets the tool that lists applications draw a funnel, and names the
// page that shows its groups.
func withFunnel(t *Tool) *Tool {
	t.draw, t.view = (*Toolbox).funnelPicture, FunnelView
	return t
}

// checkChart refuses a picture of what is no funnel.
func (a *applicationArgs) checkChart() error {
	if a.Chart && !a.isFunnel() {
		return args.Errorf("%s", chartOf)
	}
	return nil
}

func (a *applicationArgs) isFunnel() bool {
	stages := strings.EqualFold(strings.TrimSpace(a.GroupBy), "stage") || strings.EqualFold(strings.TrimSpace(a.GroupBy), "current_stage")
	return stages && a.View != viewRecord && (a.Limit == nil || *a.Limit != 0)
}

// funnelPicture is the PNG of an answer about stages, nil where none was asked
// for or nothing matched.
func (b *Toolbox) funnelPicture(decoded any, answer Answer) []byte {
	list, isList := answer.(*digest.Answer)
	a, ok := decoded.(applicationArgs)
	if !ok || !isList || !a.Chart || len(list.Rows) == 0 {
		return nil
	}
	f := funnelOf(list)
	f.of = append(namesOnly(a.JobIDs), a.Where)
	png, err := drawFunnel(f)
	if err != nil {
		// The text and the structured content are whole without it.
		b.cfg.Logger.Error("draw a funnel", "problem", err)
		return nil
	}
	return png
}

// namesOnly leaves out ids, which say nothing in a picture.
func namesOnly(refs []string) []string {
	return slices.DeleteFunc(slices.Clone(refs), func(s string) bool { return names.IsID(s) })
}

// funnel is what a picture of an answer shows.
type funnel struct {
	title, about string
	// of says of whom, in the words of the question.
	of     []string
	stages []funnelStage
	notes  []string
}

// funnelStage is one bar. Far counts who stands at this stage or a later one,
// From is the share of the stage before in percent; both are -1 where there is
// no place in the order.
type funnelStage struct {
	name            string
	here, far, from int
}

// maxBars is how many stages a picture shows; more could not be read.
const maxBars = 24

// funnelOf reads the stages and counts from an answer whose rows are groups by
// stage, in their order.
func funnelOf(a *digest.Answer) *funnel {
	f := &funnel{title: strconv.Itoa(a.Summary.Matched) + " applications by stage"}
	if !a.Summary.Complete {
		f.title = "At least " + f.title
		f.notes = append(f.notes, "Not all applications could be read: every number is a lower bound.")
	}
	if a.Summary.First != "" {
		f.about = "Applied " + a.Summary.First + " to " + a.Summary.Last
	}
	name, counted := slices.Index(a.Columns, "stage"), slices.Index(a.Columns, "count")
	if name < 0 || counted < 0 {
		return f
	}
	without := 0
	for _, row := range a.Rows {
		n, err := strconv.Atoi(row[counted])
		switch {
		case err != nil:
		case row[name] == "":
			without += n
		default:
			f.stages = append(f.stages, funnelStage{name: row[name], here: n})
		}
	}
	f.count()
	more := len(f.stages) - maxBars
	if more > 0 {
		f.stages = f.stages[:maxBars]
	}
	if without > 0 {
		f.stages = append(f.stages, funnelStage{name: "no stage known", here: without, far: -1, from: -1})
	}
	switch {
	case a.Next != "":
		f.notes = append(f.notes, "More stages follow on the next page; they are not counted here.")
	case more > 0:
		f.notes = append(f.notes, strconv.Itoa(more)+" later stages are counted and not shown.")
	}
	f.notes = append(f.notes, "Strong: who stands here. Pale: who stands here or later; conversion is its share of the stage before.", "Kombo keeps no stage history: people who skipped a stage or went back are counted where they stand.")
	return f
}

// count fills in how many came this far.
func (f *funnel) count() {
	far := 0
	for i := len(f.stages) - 1; i >= 0; i-- {
		far += f.stages[i].here
		f.stages[i].far, f.stages[i].from = far, -1
	}
	for i := 1; i < len(f.stages); i++ {
		if before := f.stages[i-1].far; before > 0 {
			f.stages[i].from = (200*f.stages[i].far + before) / (2 * before)
		}
	}
}
