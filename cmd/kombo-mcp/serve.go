package main

import (
	"context"
	"os"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
)

func runStdio(ctx context.Context, s *setting) error {
	return serve.Stdio(ctx, serve.New(s.box, buildVersion(), s.logger), os.Stdin, os.Stdout, s.logger)
}
