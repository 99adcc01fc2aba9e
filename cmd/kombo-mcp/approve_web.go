package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

// webApproval is the page of kombo-mcp approve --web: on loopback, for the person at
// this terminal, as long as something waits.
type webApproval struct {
	store  approvals.Store
	who    approvals.Approver
	out    io.Writer
	logger *slog.Logger
	// open shows a file in the browser.
	open func(path string) error
	// idle is how long nothing may wait until the page closes; poll is how often that is
	// checked.
	idle, poll time.Duration
}

func newWebApproval(store approvals.Store, who approvals.Approver, out io.Writer, logger *slog.Logger) *webApproval {
	return &webApproval{store: store, who: who, out: out, logger: logger, open: openInBrowser, idle: 5 * time.Minute, poll: 2 * time.Second}
}

// run serves the page until ctx ends or nothing has waited for a while.
func (w *webApproval) run(ctx context.Context) (err error) {
	page, err := approvals.NewPage(approvals.PageOptions{Store: w.store, NewLink: "Run kombo-mcp approve --web again.", Logger: w.logger})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the page: %w", err)
	}
	link := "http://" + l.Addr().String() + page.Invite(w.who)
	file, removeFile, err := writeLinkFile(link)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, removeFile()) }()
	srv := &http.Server{
		Handler: page, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	defer func() { err = errors.Join(err, srv.Close()) }()
	if err := w.invite(file, link); err != nil {
		return err
	}
	return w.wait(ctx, failed)
}

// invite opens the link. It is printed as well, since this terminal is the person's
// and not every browser opens.
func (w *webApproval) invite(file, link string) error {
	said := "The page opens in your browser. If it does not, open this address, which works once:"
	if err := w.open(file); err != nil {
		w.logger.Info("browser not opened", "err", err)
		said = "No browser could be opened. Open this address, which works once:"
	}
	_, err := fmt.Fprintf(w.out, "%s\n\n  %s\n\nCtrl-C closes the page.\n", said, link)
	return err
}

// wait waits until the page is to be closed.
func (w *webApproval) wait(ctx context.Context, failed <-chan error) error {
	tick, last := time.NewTicker(w.poll), time.Now()
	defer tick.Stop()
	for {
		select {
		case err := <-failed:
			return fmt.Errorf("serve the page: %w", err)
		case <-ctx.Done():
			_, err := fmt.Fprintln(w.out, "\nThe page is closed. What was not decided is still waiting.")
			return err
		case <-tick.C:
		}
		waiting, err := w.waiting(ctx)
		switch {
		case err != nil:
			// The page shows the error as well, and the next try may succeed.
			w.logger.Warn("approvals cannot be listed", "err", err)
		case waiting:
			last = time.Now()
		}
		if time.Since(last) >= w.idle {
			_, err := fmt.Fprintln(w.out, "Nothing is waiting any more. The page is closed.")
			return err
		}
	}
}

func (w *webApproval) waiting(ctx context.Context) (bool, error) {
	all, err := w.store.List(ctx, w.who.Scope)
	return slices.ContainsFunc(all, func(a approvals.Approval) bool { return a.State == approvals.Waiting }), err
}

var linkFile = template.Must(template.New("link").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Opening the page</title>
<meta http-equiv="refresh" content="0;url={{.}}"></head><body><p><a href="{{.}}">Open the page for approvals</a></p></body></html>
`))

// writeLinkFile writes a page that leads to a link, for this user only. Browsers are
// started with the address in their arguments, which every process can read, so that
// must not be the link itself.
func writeLinkFile(link string) (path string, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "kombo-mcp-approve-")
	if err != nil {
		return "", nil, fmt.Errorf("open the page: %w", err)
	}
	remove = func() error { return os.RemoveAll(dir) }
	path = filepath.Join(dir, "approve.html")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a name of ours in a folder of ours
	if err == nil {
		err = errors.Join(linkFile.Execute(f, link), f.Close())
	}
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("open the page: %w", err), remove())
	}
	return path, remove, nil
}

// openInBrowser opens a file with the program that the platform has for that, and does
// not wait for the browser.
func openInBrowser(path string) error {
	cmd := openerOf(path)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // how it ends says nothing about the browser
	return nil
}
