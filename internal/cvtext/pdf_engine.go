package cvtext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// engine is PDFium in WebAssembly, loaded when first needed: a process that
// reads no PDF pays nothing for it.
type engine struct {
	limits   Limits
	cacheDir func() string

	mu      sync.Mutex
	pool    pdfium.Pool
	cache   wazero.CompilationCache
	loading chan struct{}
	err     error
	closed  bool
}

var errClosed = errors.New("the reader is closed")

// load returns once PDFium is ready, failed, or ctx is done. The loading itself
// goes on for the next caller: compiling takes seconds where there is no cache.
func (e *engine) load(ctx context.Context) error {
	e.mu.Lock()
	if e.closed || e.pool != nil {
		defer e.mu.Unlock()
		if e.closed {
			return errClosed
		}
		return nil
	}
	if e.loading == nil {
		e.loading = make(chan struct{})
		go e.start(e.loading) //nolint:gosec // it outlives its caller: the next one waits for it too
	}
	done := e.loading
	e.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

func (e *engine) start(done chan struct{}) {
	var pool pdfium.Pool
	var cache wazero.CompilationCache
	var err error
	// A cache that cannot be read is emptied, one that cannot be written is
	// done without: neither may stand in the way.
	private := privateDir(e.cacheDir())
	for _, dir := range []string{private, private, ""} {
		pool, cache, err = e.open(dir)
		if err == nil || cache == nil {
			break
		}
		_ = cache.Close(context.Background())
		emptyCache(dir)
	}
	// Compiling leaves hundreds of megabytes behind; give them back.
	debug.FreeOSMemory()
	e.mu.Lock()
	e.pool, e.cache, e.err, e.loading = pool, cache, err, nil
	e.mu.Unlock()
	close(done)
}

// open builds the pool; the cache is nil without a directory.
func (e *engine) open(dir string) (pdfium.Pool, wazero.CompilationCache, error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(e.limits.MemoryPages).
		// Without this a deadline cannot stop PDFium in the middle of a page.
		WithCloseOnContextDone(true)
	var cache wazero.CompilationCache
	if dir != "" {
		if c, err := wazero.NewCompilationCacheWithDir(dir); err == nil {
			cache, config = c, config.WithCompilationCache(c)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal:      e.limits.Parallel,
		MaxIdle:       e.limits.Parallel,
		RuntimeConfig: config,
		// The default would give PDFium the whole file system of the host.
		FSConfig: wazero.NewFSConfig(),
		// Standard output may be the transport of the server.
		Stdout: io.Discard,
		Stderr: io.Discard,
	})
	if err != nil {
		return nil, cache, fmt.Errorf("loading PDFium: %w", err)
	}
	return pool, cache, nil
}

// close waits for a loading under way and frees what it made.
func (e *engine) close() error {
	e.mu.Lock()
	e.closed = true
	done := e.loading
	e.mu.Unlock()
	if done != nil {
		<-done
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var errs []error
	if e.pool != nil {
		errs = append(errs, e.pool.Close())
	}
	if e.cache != nil {
		errs = append(errs, e.cache.Close(context.Background()))
	}
	e.pool, e.cache = nil, nil
	return errors.Join(errs...)
}

func userCacheDir() string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, "kombo-mcp", "pdfium")
}

// privateDir makes a directory for this user alone and returns its name, or ""
// where that cannot be had: whoever can write there could have us run code.
func privateDir(dir string) string {
	if dir == "" || os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return ""
	}
	// Only the owner can change the mode, so this fails in another's directory.
	if runtime.GOOS != "windows" && (os.Chmod(dir, 0o700) != nil || !ownedByUs(info)) { //nolint:gosec // a directory needs its x bit
		return ""
	}
	return dir
}

// emptyCache removes what wazero keeps in a directory and nothing else: the
// directory may have been chosen by the user.
func emptyCache(dir string) {
	// The pattern is well formed; a directory that cannot be removed is met
	// again, and done without.
	old, _ := filepath.Glob(filepath.Join(dir, "wazero-*"))
	for _, name := range old {
		_ = os.RemoveAll(name)
	}
}
