package tools

import (
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/funnel"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

// funnelAnswer is an answer of groups by stage with their funnel.
type funnelAnswer struct {
	*digest.Answer
	png []byte
}

// Picture is the funnel as a PNG.
func (a *funnelAnswer) Picture() []byte { return a.png }

// chartHelp says what a picture can show.
const chartHelp = `chart draws the funnel, so it needs group_by: "stage" alone and no limit 0; where and job_ids choose the applications. ` +
	`For other groups omit chart: the rows have the counts.`

// checkChart refuses a picture of anything but a funnel.
func (a *applicationArgs) checkChart() error {
	if a.Chart && !a.isFunnel() {
		return args.Errorf("%s", chartHelp)
	}
	return nil
}

func (a *applicationArgs) isFunnel() bool {
	stages := strings.EqualFold(strings.TrimSpace(a.GroupBy), "stage") || strings.EqualFold(strings.TrimSpace(a.GroupBy), "current_stage")
	return stages && a.View != viewRecord && (a.Limit == nil || *a.Limit != 0)
}

// withFunnel adds the funnel to an answer where it was asked for and something
// matched.
func withFunnel(c *call, a *applicationArgs, answer *digest.Answer) Answer {
	if !a.Chart {
		return answer
	}
	png, err := funnel.PNG(answer, append(namesOnly(a.JobIDs), a.Where)...)
	if err != nil {
		// The text and the structured content are complete without it.
		c.cfg.Logger.Error("drawing the funnel failed", "err", err)
	}
	if png == nil {
		return answer
	}
	return &funnelAnswer{answer, png}
}

// namesOnly leaves out ids, which would say nothing in a picture.
func namesOnly(refs []string) []string {
	return slices.DeleteFunc(slices.Clone(refs), names.IsID)
}
