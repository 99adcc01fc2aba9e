//go:build load

package load

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

var (
	stretch = flag.Duration("stretch", time.Second, "how long each of the five runs takes")
	wanted  = flag.Bool("wanted", true, "fail if a ratio is below its bound")
)

const runs = 5

// figure is the result of one run.
type figure struct {
	rate     float64
	p50, p99 time.Duration
}

// measure lets callers make calls for a while.
func measure(t *testing.T, clients []*client.Client, callers int, call func(context.Context, *client.Client) error) figure {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), *stretch+time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all []time.Duration
	began := time.Now()
	end := began.Add(*stretch)
	for i := range callers {
		c := clients[i%len(clients)]
		wg.Go(func() {
			var mine []time.Duration
			for time.Now().Before(end) {
				at := time.Now()
				if !assert.NoError(t, call(ctx, c)) {
					return
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	wg.Wait()
	took := time.Since(began)
	require.NotEmpty(t, all)
	slices.Sort(all)
	return figure{float64(len(all)) / took.Seconds(), all[len(all)/2], all[len(all)*99/100]}
}

func middle(f []figure) figure {
	slices.SortFunc(f, func(a, b figure) int { return int(a.rate - b.rate) })
	return f[len(f)/2]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }

// question is a repeated call, with the least share of the bare server's throughput.
type question struct {
	name, tool string
	least      float64
	arguments  func() map[string]any
}

func TestThroughputBesideABareServer(t *testing.T) {
	binary := testbinary.Path(t)
	var n atomic.Int64
	fmt.Println("| question | transport | callers | calls/s | p50 | p99 | bare calls/s | p50 | p99 | ratio |\n|---|---|---|---|---|---|---|---|---|---|")
	for _, q := range []question{
		{"repeated", "get_jobs", 0.7, func() map[string]any { return map[string]any{} }},
		{"differing", "get_applications", 0.1, func() map[string]any {
			return map[string]any{"limit": 10, "where": fmt.Sprintf(`candidate != "nobody %d"`, n.Add(1))}
		}},
	} {
		for _, kind := range []string{"stdio", "http", "sse"} {
			t.Run(q.name+"/"+kind, func(t *testing.T) { compare(t, binary, kind, q) })
		}
	}
}

// compare prints the throughput of a question over a transport, and that of a bare
// server that answers with the same bytes. The ratio is the median of five pairs of
// runs, since a machine's speed varies from minute to minute.
func compare(t *testing.T, binary, kind string, q question) {
	self, err := os.Executable()
	require.NoError(t, err)
	ours := sandboxed(binary, kind, "--max-calls=1000")
	ours.listen(t)
	mine := []*client.Client{ours.connect(t)}
	answer, err := ask(t.Context(), mine[0], q.tool, q.arguments())
	require.NoError(t, err)
	plain := &target{path: self, env: []string{bareKind + "=" + kind, bareBytes + "=" + save(t, answer)}, kind: kind}
	plain.listen(t)
	theirs := []*client.Client{plain.connect(t)}
	for _, callers := range []int{1, 16, 64, 256} {
		for kind != "stdio" && len(mine) < callers {
			mine, theirs = append(mine, ours.connect(t)), append(theirs, plain.connect(t))
		}
		one := func() figure {
			return measure(t, mine, callers, func(ctx context.Context, c *client.Client) error {
				_, err := ask(ctx, c, q.tool, q.arguments())
				return err
			})
		}
		other := func() figure {
			return measure(t, theirs, callers, func(ctx context.Context, c *client.Client) error {
				_, err := ask(ctx, c, "answer", nil)
				return err
			})
		}
		var a, b []figure
		var ratios []float64
		for i := range runs {
			// The order alternates, so that neither has the quieter machine.
			if i%2 == 0 {
				a, b = append(a, one()), append(b, other())
			} else {
				b, a = append(b, other()), append(a, one())
			}
			ratios = append(ratios, a[i].rate/b[i].rate)
		}
		slices.Sort(ratios)
		x, y, ratio := middle(a), middle(b), ratios[runs/2]
		fmt.Printf("| %s | %s | %d | %.0f | %s | %s | %.0f | %s | %s | %.2f |\n", q.name, kind, callers, x.rate, ms(x.p50), ms(x.p99), y.rate, ms(y.p50), ms(y.p99), ratio)
		if *wanted {
			assert.GreaterOrEqual(t, ratio, q.least, "%s over %s with %d callers", q.name, kind, callers)
		}
	}
}
