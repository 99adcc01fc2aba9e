package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"prev":"` + genesis + `","kind":"start","time":"2026-11-24T12:00:00Z"}`))
	f.Add([]byte(`{"prev":"` + genesis + `","kind":"outcome","time":"2026-11-24T12:00:00Z","id":"a","data":{"a":[1, 2]},"duration_ms":3}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := parseLine(raw)
		if err != nil {
			require.ErrorIs(t, err, errNotALine)
			return
		}
		_ = l.text()
		once, err := l.encode()
		if err != nil {
			return
		}
		require.NotContains(t, string(once), "\n")
		l, err = parseLine(once)
		require.NoError(t, err)
		twice, err := l.encode()
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
	})
}

// FuzzOpen holds that no content of the file keeps the journal from recording what comes after,
// and that Verify takes no content for a journal but a journal.
func FuzzOpen(f *testing.F) {
	start, err := chain([]*Line{{Kind: KindStart}, {Kind: KindIntent, ID: "i", Key: "k", Tool: "t"}}, "")
	require.NoError(f, err)
	f.Add([]byte{})
	f.Add(start)
	f.Add(start[:len(start)-5])
	f.Add([]byte("\n\n\x00\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), fileName)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		before, err := Verify(t.Context(), path)
		require.NoError(t, err)
		j, err := Open(Options{Path: path})
		require.NoError(t, err)
		in := intent("of the fuzz test")
		in.Again = true
		send(t, j, in, once.Done)
		in.Again = false
		prior(t, j, in)
		require.NoError(t, j.Close())
		after, err := Verify(t.Context(), path)
		require.NoError(t, err)
		require.Equal(t, before.Bad, after.Bad)
	})
}

func BenchmarkBeginDone(b *testing.B) {
	j, err := Open(Options{Path: b.TempDir()})
	require.NoError(b, err)
	defer func() { require.NoError(b, j.Close()) }()
	for i := 0; b.Loop(); i++ {
		d, err := j.Begin(b.Context(), intent(fmt.Sprint(i)))
		require.NoError(b, err)
		require.NoError(b, d.Done(once.Outcome{State: once.Done}))
	}
}

func BenchmarkOpenOfAFullFile(b *testing.B) {
	dir := b.TempDir()
	o := Options{Path: dir, openFile: func(path string) (logFile, error) {
		f, err := openLog(path)
		return unsynced{f}, err
	}}
	j, err := Open(o)
	require.NoError(b, err)
	for i := range 20_000 {
		d, err := j.Begin(b.Context(), intent(fmt.Sprint(i)))
		require.NoError(b, err)
		require.NoError(b, d.Done(once.Outcome{State: once.Done}))
	}
	require.NoError(b, j.Close())
	for b.Loop() {
		j, err := Open(o)
		require.NoError(b, err)
		require.NoError(b, j.Close())
	}
}

type unsynced struct{ logFile }

func (unsynced) Sync() error { return nil }
