package cvtext

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/cpu"
)

// Prepare compiles PDFium, if no process of this user has, so that the first PDF need not
// wait for that: five seconds of one core, and 350 MB of memory meanwhile. It is meant for
// idle times: it takes one thread, of low priority where the system has that, and Close does
// not wait for it. Afterwards PDFium stays loaded. Without a directory for the cache it does
// nothing, since that memory would be taken in every process.
func (r *Reader) Prepare(ctx context.Context) error {
	dir := privateDir(r.engine.cacheDir())
	if dir == "" || isCompiled(dir) {
		return nil
	}
	err := r.engine.load(ctx, true)
	if errors.Is(err, errClosed) {
		return nil // there will be no PDF
	}
	return err
}

// compiledMark is the name of a file beside the compiled code, which says what it was
// compiled of and for. The cache has names that only it can compute.
func compiledMark() string {
	h := sha256.New()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/klippa-app/go-pdfium" || m.Path == "github.com/tetratelabs/wazero" {
				_, _ = fmt.Fprintln(h, m.Path, m.Version) // a hash takes everything
			}
		}
	}
	_, _ = fmt.Fprintln(h, runtime.GOOS, runtime.GOARCH, cpu.X86.HasSSE3, cpu.X86.HasSSE41, cpu.X86.HasSSE42, cpu.X86.HasPOPCNT, cpu.ARM64.HasATOMICS) // a hash takes everything
	return "compiled-" + hex.EncodeToString(h.Sum(nil)[:8])
}

func isCompiled(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, compiledMark()))
	return err == nil
}

// markCompiled makes the mark. Without it, PDFium is compiled again at the next idle time,
// which finds it in the cache.
func markCompiled(dir string) {
	_ = os.WriteFile(filepath.Join(dir, compiledMark()), nil, 0o600)
}
