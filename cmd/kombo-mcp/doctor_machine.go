package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// How far the clocks may differ: a Date header is up to a second old, and
// certificates and tokens allow for a few minutes.
const (
	clockWarn = 30 * time.Second
	clockFail = 5 * time.Minute
)

// checkClock compares this machine's clock with Kombo's.
func (d *doctor) checkClock(context.Context) check {
	if d.Sandbox {
		return check{State: checkOK, Says: "the sandbox uses this machine's."}
	}
	if d.dates == nil || d.dates.date.IsZero() {
		return check{State: checkSkip, Says: "not checked, because no answer had a date."}
	}
	off := d.dates.at.Sub(d.dates.date).Round(time.Second)
	switch apart := off.Abs(); {
	case apart >= clockFail:
		return check{State: checkFail, Says: fmt.Sprintf("it differs by %s from Kombo's.", off), Next: "Set this machine's clock: filters by time, certificates and tokens depend on it."}
	case apart >= clockWarn:
		return check{State: checkWarn, Says: fmt.Sprintf("it differs by %s from Kombo's.", off), Next: "Set this machine's clock."}
	}
	return check{State: checkOK, Says: "it agrees with Kombo's."}
}

// checkProxy reports the proxy through which Kombo is reached.
func (d *doctor) checkProxy(context.Context) check {
	if d.Sandbox {
		return check{State: checkOK, Says: "the sandbox needs none."}
	}
	target := cmp.Or(d.BaseURL, "https://api.kombo.dev/v1")
	if d.BaseURL == "" && strings.EqualFold(d.Region, "us") {
		target = "https://api.us.kombo.dev/v1"
	}
	u, err := url.Parse(target)
	if err != nil {
		return check{State: checkFail, Says: "KOMBO_BASE_URL is not a valid URL."}
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	switch {
	case err != nil:
		return check{State: checkFail, Says: "HTTPS_PROXY is not a valid URL.", Next: "Write it as http://proxy.example.com:3128."}
	case proxy == nil:
		return check{State: checkOK, Says: "none."}
	}
	c := check{State: checkOK, Says: "requests go through " + proxy.Scheme + "://" + proxy.Host + "."}
	if d.dates == nil || d.dates.date.IsZero() {
		c.State, c.Next = checkWarn, "No answer came back through it."
	}
	return c
}

// checkJournal checks that writes can be recorded and that the journal is intact.
func (d *doctor) checkJournal(ctx context.Context) check {
	path := d.Journal
	switch {
	case path == "-":
		return check{State: checkOK, Says: "it goes to stderr, and has to be collected from there."}
	case path == "" && d.Sandbox:
		return check{State: checkOK, Says: "none is kept for the sandbox."}
	case path == "":
		var err error
		if path, err = journal.DefaultPath(); err != nil {
			return check{State: checkFail, Says: err.Error() + ".", Next: "Choose a path with --journal."}
		}
	}
	if fi, err := os.Stat(path); err == nil && fi.IsDir() || os.IsPathSeparator(path[len(path)-1]) {
		path = filepath.Join(path, "journal.jsonl")
	}
	if err := writable(path); err != nil {
		return check{State: checkFail, Says: fmt.Sprintf("%s cannot be written: %s.", path, err),
			Next: "Every write is recorded before it is sent: choose another path with --journal, or offer no writes with --read-only."}
	}
	fi, err := os.Stat(path)
	if err != nil {
		return check{State: checkOK, Says: "none yet; it will be " + path + "."}
	}
	if readableByOthers(fi) {
		return check{State: checkWarn, Says: path + " can be read by others on this machine.", Next: "The server changes that when it starts; chmod 600 does it now."}
	}
	return verified(ctx, path)
}

// verifyTime is how long verifying the journal may take here.
const verifyTime = 2 * time.Second

func verified(ctx context.Context, path string) check {
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	r, err := journal.Verify(ctx, path)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return check{State: checkOK, Says: path + " can be written.", Next: "It is too long to verify here: kombo-mcp journal verify checks all of it."}
	case err != nil:
		return check{State: checkFail, Says: path + " cannot be read: " + err.Error() + "."}
	case r.Bad != nil:
		return check{State: checkFail, Says: path + " is not intact: " + r.Bad.String() + ".", Next: "Keep the file as it is and find out who changed it; kombo-mcp journal verify says more."}
	}
	return check{State: checkOK, Says: fmt.Sprintf("%s can be written; %d lines, intact.", path, r.Lines)}
}

// writable checks that a file can be written, without leaving a trace.
func writable(path string) error {
	fi, err := os.Lstat(path)
	switch {
	case err == nil && !fi.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case err == nil:
		if err := ownfile.CheckWritable(path); err != nil {
			return plainError(err)
		}
		return nil
	}
	// The others are made in the nearest directory that exists.
	dir := filepath.Dir(path)
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".kombo-mcp-*")
	if err != nil {
		return plainError(err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// plainError is an error of the file system without the path.
func plainError(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// readableByOthers reports whether the mode of a file lets others read it; Windows
// has no such modes.
func readableByOthers(fi fs.FileInfo) bool {
	return runtime.GOOS != "windows" && fi.Mode().Perm()&0o077 != 0
}
