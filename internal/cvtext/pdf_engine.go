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
	err     error
	closed  bool
}

var errClosed = errors.New("the reader is closed")

// load returns when PDFium is ready or failed to load, or when ctx ends. Loading takes
// seconds if there is no cache; it continues for the next caller when ctx ends.
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
		go e.start(e.loading) //nolint:gosec // it outlives its caller, since the next one waits for it too
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
	// A cache that cannot be read is emptied, and the last attempt uses none.
	private := privateDir(e.cacheDir())
	for _, dir := range []string{private, private, ""} {
		pool, cache, err = e.open(dir)
		if err == nil || cache == nil {
			break
		}
		_ = cache.Close(context.Background())
		emptyCache(dir)
	}
	// Compiling uses hundreds of megabytes; return them to the system.
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
		// Otherwise a deadline could not stop PDFium in the middle of a page.
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

// close waits until loading has ended, if it has begun, and frees PDFium.
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
	// Only the owner can change the mode, so this fails for a directory of another user.
	if runtime.GOOS != "windows" && (os.Chmod(dir, 0o700) != nil || !ownedByUs(info)) { //nolint:gosec // a directory needs its x bit
		return ""
	}
	return dir
}

// emptyCache removes only the files of wazero from a directory, which the user may have
// chosen.
func emptyCache(dir string) {
	// The pattern is valid, and if a file cannot be removed, the last attempt uses no
	// cache.
	old, _ := filepath.Glob(filepath.Join(dir, "wazero-*"))
	for _, name := range old {
		_ = os.RemoveAll(name)
	}
}
