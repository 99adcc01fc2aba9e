package main

import (
	"context"
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
		Flags:  append(serverFlags(o.Settings), &cli.BoolFlag{Name: "json", Destination: &o.json, Usage: "print the checks as JSON"}),
		Action: func(ctx context.Context, cmd *cli.Command) error { return runDoctor(ctx, cmd.Root().Writer, &o) },
	}
}

// The outcomes of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "fail"
	// checkSkip is for what cannot be checked after something else failed.
	checkSkip = "skip"
)

// check is what was found out about one thing.
type check struct {
	Name  string `json:"check"`
	State string `json:"state"`
	Says  string `json:"says"`
	// Next is what to do about it.
	Next string `json:"next,omitempty"`
}

// doctor goes from one check to the next.
type doctor struct {
	*app.Settings
	progress *progressLine
	client   *kombo.Client
	watch    *watcher
	// integration is what Kombo tells of it, nil where it could not be read.
	integration *kombo.Integration
	checks      []check
	stop        bool
}

// doctorPatience is how long one request may take: a person waits.
const doctorPatience = 20 * time.Second

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
	var err error
	if o.json {
		err = printJSON(w, d.checks)
	} else {
		err = printChecks(w, d.checks, colourful(w, os.Getenv))
	}
	for _, c := range d.checks {
		if err == nil && c.State == checkFail {
			return exitCode(exitRefused)
		}
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
		text := c.Says
		if c.Next != "" {
			text += " " + c.Next
		}
		if _, err := fmt.Fprintf(w, "%s  %-11s  %s\n", state, c.Name, text); err != nil {
			return err
		}
	}
	return nil
}

// watcher notes what every answer of the upstream tells beside its body.
type watcher struct {
	base http.RoundTripper
	mu   sync.Mutex
	// date is the upstream's clock in its last answer, at this one's then.
	date, at time.Time
}

// RoundTrip implements http.RoundTripper.
func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
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

// connect makes the client whose answers are looked at.
func (d *doctor) connect(key string, more ...kombo.Option) (*kombo.Client, error) {
	opts := append(d.ClientOptions(buildVersion()),
		kombo.WithHTTPClient(&http.Client{Transport: d.watch}),
		// One repetition tells a hiccup from an outage; five would be a long wait.
		kombo.WithRetries(1), kombo.WithTimeouts(doctorPatience, doctorPatience))
	return kombo.New(key, append(opts, more...)...)
}

// connectSandbox makes a client of the embedded ATS.
func (d *doctor) connectSandbox() error {
	opts, err := d.SandboxOptions()
	if err != nil {
		return err
	}
	sb := sandbox.New(opts)
	d.watch = &watcher{base: sb.Transport()}
	up, err := app.InSandbox(sb, kombo.WithHTTPClient(&http.Client{Transport: d.watch}))
	d.client = up.Client
	return err
}

// failed words an error of Kombo's with the next step, and has what rests on it
// left out.
func (d *doctor) failed(words string) check {
	d.stop = true
	return check{State: checkFail, Says: words}
}

// skipped is the check of what rests on one that failed.
func skipped() check {
	return check{State: checkSkip, Says: "not checked, since what it rests on failed."}
}
