package main

import (
	"context"
	"fmt"
	"io"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/internal/redismemory"
)

// sharedMemory opens the memory of writes that several servers share, if there
// is one.
func sharedMemory(ctx context.Context, url string) (once.Shared, io.Closer, error) {
	if url == "" {
		return nil, nil, nil
	}
	m, err := redismemory.Open(ctx, url)
	if err != nil {
		return nil, nil, fmt.Errorf("--redis-url: %w", err)
	}
	return m, m, nil
}
