package app

import (
	"context"
	"errors"
	"io"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// ServeStdio serves one client over in and out until in ends or ctx does. Nothing but protocol
// messages is written to out.
func ServeStdio(ctx context.Context, s Settings, o Options, in io.Reader, out io.Writer) (err error) {
	endTraces, err := startTraces(ctx, o.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endTraces()) }()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	a, err := Open(ctx, s, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	box, err := a.Toolbox()
	if err != nil {
		return err
	}
	go a.prepareWhenIdle(ctx, idleAfter)
	logger := a.opts.Logger
	return serve.Stdio(ctx, serve.New(box, o.Version, logger), in, out, logger, func() { stop(kombo.ErrDrained) })
}
