package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := unwrapped(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colourful reports whether to print colours: on a terminal, unless NO_COLOR is set
// to anything or the terminal has none.
func colourful(w io.Writer, getenv func(string) string) bool {
	return isTerminal(w) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// The colours of a check's outcome.
const (
	colourGood = "\x1b[32m"
	colourWarn = "\x1b[33m"
	colourBad  = "\x1b[31m"
	colourNone = "\x1b[0m"
)

// progressLine shows on a terminal how far long work has come.
type progressLine struct {
	mu   sync.Mutex
	w    io.Writer
	last time.Time
	on   bool
}

// progressDelay is how long work may take without a line: most is done before.
const progressDelay = 300 * time.Millisecond

// newProgress prints nothing if w is not a terminal.
func newProgress(w io.Writer) *progressLine {
	if !isTerminal(w) {
		return &progressLine{}
	}
	return &progressLine{w: w, last: time.Now()}
}

// say replaces the line, at most three times a second.
func (p *progressLine) say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || time.Since(p.last) < progressDelay {
		return
	}
	p.last, p.on = time.Now(), true
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s", text) // losing it does no harm
}

// waiting shows how long something has taken that reports no progress, until the
// function that it returns is called.
func (p *progressLine) waiting(what string) func() {
	began, stop := time.Now(), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		tick := time.NewTicker(progressDelay)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				p.done()
				return
			case <-tick.C:
				p.say(fmt.Sprintf("%s … %d s", what, int(time.Since(began).Seconds())))
			}
		}
	})
	return func() { close(stop); ended.Wait() }
}

// done removes the line.
func (p *progressLine) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.w = nil
}

// printJSON prints one value for programs.
func printJSON(w io.Writer, v any) error {
	raw, err := plainjson.MarshalIndent(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(raw))
	return err
}
