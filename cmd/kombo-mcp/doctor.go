package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// doctorOptions are the settings to check and how the checks are printed.
type doctorOptions struct {
	*app.Settings
	json bool
}

func doctorCommand() *cli.Command {
	o := doctorOptions{Settings: newToolSettings()}
	return &cli.Command{
		Name:  "doctor",
		Usage: "check key, region, integration, permissions, clock, proxy and journal, and time one read",
		Description: "It reads, and changes nothing in the ATS. Exit code 1 means that a check failed;\n" +
			"a warning alone does not.",
		Flags:  append(serverFlags(o.Settings), &yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the checks as JSON"}),
		Action: func(ctx context.Context, cmd *cli.Command) error { return runDoctor(ctx, cmd.Root().Writer, &o) },
	}
}

// The outcomes of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "fail"
	// checkSkip means that it could not be checked because another check failed.
	checkSkip = "skip"
)

// check is the result of one check.
type check struct {
	Name  string `json:"check"`
	State string `json:"state"`
	Says  string `json:"says"`
	// Next says what to do about it.
	Next string `json:"next,omitempty"`
}

// doctor runs the checks in order. Later ones use what earlier ones found.
type doctor struct {
	*app.Settings
	progress *progressLine
	client   *kombo.Client
	dates    *dateRecorder
	// integration is as Kombo describes it, nil if it could not be read.
	integration *kombo.Integration
	checks      []check
	stop        bool
}

// doctorTimeout is for one request: a person is waiting.
const doctorTimeout = 20 * time.Second

func runDoctor(ctx context.Context, w io.Writer, o *doctorOptions) error {
	d := &doctor{Settings: o.Settings, progress: newProgress(os.Stderr)}
	for _, c := range []struct {
		name string
		run  func(context.Context) check
	}{
		{"region", d.checkRegion}, {"key", d.checkKey}, {"integration", d.checkIntegration},
		{"permissions", d.checkPermissions}, {"read", d.checkRead}, {"clock", d.checkClock},
		{"proxy", d.checkProxy}, {"journal", d.checkJournal},
	} {
		d.progress.say("checking the " + c.name + " …")
		found := c.run(ctx)
		found.Name = c.name
		d.checks = append(d.checks, found)
	}
	d.progress.done()
	err := reportChecks(w, d.checks, o.json)
	if _, failed := errors.AsType[exitCode](err); failed && !o.json {
		_, printing := fmt.Fprintln(w, "By symptom: "+troubleshooting)
		return errors.Join(err, printing)
	}
	return err
}

// troubleshooting is the page that goes by symptom.
const troubleshooting = "https://github.com/kombo-mcp/kombo-mcp/blob/main/docs/troubleshooting.md"

// reportChecks prints checks; the error is exitRefused if one failed.
func reportChecks(w io.Writer, checks []check, asJSON bool) (err error) {
	failed := false
	for i := range checks {
		c := &checks[i]
		// A line break in a name would print another check.
		c.Says, c.Next = shownLine(c.Says), shownLine(c.Next)
		failed = failed || c.State == checkFail
	}
	if asJSON {
		err = printJSON(w, checks)
	} else {
		err = printChecks(w, checks, colourful(w, os.Getenv))
	}
	if err == nil && failed {
		return exitCode(exitRefused)
	}
	return err
}

func printChecks(w io.Writer, checks []check, colours bool) error {
	paint := map[string]string{checkOK: colourGood, checkWarn: colourWarn, checkFail: colourBad}
	for _, c := range checks {
		state := fmt.Sprintf("%-4s", c.State)
		if colours && paint[c.State] != "" {
			state = paint[c.State] + state + colourNone
		}
		if _, err := io.WriteString(unwrapped(w), state); err != nil {
			return err
		}
		text := c.Says
		if c.Next != "" {
			text += " " + c.Next
		}
		if _, err := fmt.Fprintf(w, "  %-11s  %s\n", c.Name, text); err != nil {
			return err
		}
	}
	return nil
}

// dateRecorder is a transport that notes the Date header of the last answer.
type dateRecorder struct {
	base http.RoundTripper
	mu   sync.Mutex
	// date is the clock of the upstream in its last answer, at this machine's then.
	date, at time.Time
}

// RoundTrip implements http.RoundTripper.
func (w *dateRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		w.mu.Lock()
		w.date, w.at = date, time.Now()
		w.mu.Unlock()
	}
	return res, nil
}

// connect makes a client whose answers go through d.dates.
func (d *doctor) connect(key string, more ...kombo.Option) (*kombo.Client, error) {
	opts := append(d.ClientOptions(buildVersion()),
		kombo.WithHTTPClient(&http.Client{Transport: d.dates}),
		// One retry distinguishes a hiccup from an outage; five would take too long.
		kombo.WithRetries(1), kombo.WithTimeouts(doctorTimeout, doctorTimeout))
	return kombo.New(key, append(opts, more...)...)
}

// connectSandbox makes a client of the sandbox.
func (d *doctor) connectSandbox() error {
	opts, err := d.SandboxOptions()
	if err != nil {
		return err
	}
	sb := sandbox.New(opts)
	d.dates = &dateRecorder{base: sb.Transport()}
	up, err := app.InSandbox(sb, kombo.WithHTTPClient(&http.Client{Transport: d.dates}))
	d.client = up.Client
	return err
}

// failed is a failure that makes the checks skip which depend on this one.
func (d *doctor) failed(says string) check {
	d.stop = true
	return check{State: checkFail, Says: says}
}

// skipped is a check that depends on one that failed.
func skipped() check {
	return check{State: checkSkip, Says: "not checked, because a check that it depends on failed."}
}
