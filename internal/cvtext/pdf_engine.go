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

// engine is PDFium in WebAssembly. It is loaded when first needed.
type engine struct {
	limits   Limits
	cacheDir func() string

	mu      sync.Mutex
	pool    pdfium.Pool
	cache   wazero.CompilationCache
	loading chan struct{}
	idle    bool // the loading is one that nobody needs yet
	err     error
	closed  bool
}

var errClosed = errors.New("the reader is closed")

// load returns when PDFium is ready or failed to load, or when ctx ends. Loading takes
// seconds if there is no cache, and longer if it is to use idle time alone; it continues
// for the next caller when ctx ends.
func (e *engine) load(ctx context.Context, idle bool) error {
	e.mu.Lock()
	if e.closed || e.pool != nil {
		defer e.mu.Unlock()
		if e.closed {
			return errClosed
		}
		return nil
	}
	if e.loading == nil {
		e.loading, e.idle = make(chan struct{}), idle
		go e.start(e.loading, idle) //nolint:gosec // it outlives its caller, since the next one waits for it too
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

func (e *engine) start(done chan struct{}, idle bool) {
	if idle {
		lowerPriority()
	}
	var pool pdfium.Pool
	var cache wazero.CompilationCache
	var err error
	// A cache that cannot be read is emptied, and the last attempt uses none.
	private := privateDir(e.cacheDir())
	for _, dir := range []string{private, private, ""} {
		pool, cache, err = e.open(dir, idle)
		if err == nil || cache == nil {
			if err == nil && cache != nil {
				markCompiled(dir)
			}
			break
		}
		_ = cache.Close(context.Background())
		emptyCache(dir)
	}
	// Compiling uses hundreds of megabytes; return them to the system.
	debug.FreeOSMemory()
	e.mu.Lock()
	e.pool, e.cache, e.err, e.loading = pool, cache, err, nil
	if e.closed && idle { // close did not wait
		_ = e.free()
	}
	e.mu.Unlock()
	close(done)
}

// maxWorkers is how many threads compile for somebody who waits.
const maxWorkers = 4

// open builds the pool; the cache is nil without a directory.
func (e *engine) open(dir string, idle bool) (pdfium.Pool, wazero.CompilationCache, error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(e.limits.MemoryPages).
		// Otherwise a deadline could not stop PDFium in the middle of a page.
		WithCloseOnContextDone(true)
	var cache wazero.CompilationCache
	if dir != "" {
		if c, err := wazero.NewCompilationCacheWithDir(dir); err == nil {
			cache, config = c, config.WithCompilationCache(c)
		}
	}
	ctx := context.Background()
	if !idle {
		ctx = experimental.WithCompilationWorkers(ctx, min(runtime.GOMAXPROCS(0), maxWorkers))
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context:       ctx,
		MaxTotal:      e.limits.Parallel,
		MaxIdle:       e.limits.Parallel,
		RuntimeConfig: config,
		// The default would give PDFium access to the whole file system.
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

// close waits until loading has ended, if it has begun and somebody needed it, and frees
// PDFium.
func (e *engine) close() error {
	e.mu.Lock()
	e.closed = true
	done, idle := e.loading, e.idle
	e.mu.Unlock()
	if done != nil && !idle {
		<-done
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.free()
}

// free frees PDFium, if it is loaded. The caller must hold the lock.
func (e *engine) free() error {
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

// privateDir creates a directory that only this user can access and returns its name,
// or "" if that is not possible: whoever can write there could make us run their code.
func privateDir(dir string) string {
	if dir == "" || os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return ""
	}
	if runtime.GOOS == "windows" {
		return dir
	}
	// A file system that is read-only, as of a container, changes no mode.
	private := info.Mode().Perm() == 0o700 || os.Chmod(dir, 0o700) == nil //nolint:gosec // a directory needs its x bit
	if !private || !ownedByUs(info) {
		return ""
	}
	return dir
}

// emptyCache removes only the files of wazero from a directory, which the user may have
// chosen.
func emptyCache(dir string) {
	// The pattern is valid, and if a file cannot be removed, the last attempt uses no
	// cache.
	for _, pattern := range []string{"wazero-*", "compiled-*"} {
		old, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range old {
			_ = os.RemoveAll(name)
		}
	}
}
