package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// written makes a journal of n writes and gives its file.
func written(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fileName)
	j := open(t, Options{Path: path})
	for i := range n {
		send(t, j, intent(fmt.Sprint(i)), once.Done)
	}
	require.NoError(t, j.Close())
	return path
}

func edit(t *testing.T, path string, change func(lines []string) []string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(raw), "\n")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(change(lines[:len(lines)-1]), "")), 0o600))
}

func TestVerifyFindsTheFirstLineThatIsWrong(t *testing.T) {
	changed := func(s string) string { return strings.Replace(s, "add_candidate_tag", "add_candidate_tab", 1) }
	tests := map[string]struct {
		change func([]string) []string
		line   int
		what   string
	}{
		"a changed line":            {func(l []string) []string { l[2] = changed(l[2]); return l }, 4, "does not follow"},
		"a line of invalid JSON":    {func(l []string) []string { l[2] = "x" + l[2]; return l }, 3, "cannot be read"},
		"a removed line":            {func(l []string) []string { return slices.Delete(l, 2, 3) }, 3, "does not follow"},
		"swapped lines":             {func(l []string) []string { l[2], l[3] = l[3], l[2]; return l }, 3, "does not follow"},
		"a line put in between":     {func(l []string) []string { return slices.Insert(l, 3, l[2]) }, 4, "does not follow"},
		"an appended line":          {func(l []string) []string { return append(l, l[2]) }, 8, "does not follow"},
		"a changed last line":       {func(l []string) []string { l[6] = changed(l[6]); return l }, 8, "written last"},
		"a removed last line":       {func(l []string) []string { return l[:6] }, 7, "written last"},
		"all removed but the first": {func(l []string) []string { return l[:1] }, 2, "written last"},
		"a removed first line":      {func(l []string) []string { return l[1:] }, 1, "kind start"},
		"an emptied file":           {func([]string) []string { return nil }, 1, "written last"},
		"an empty line":             {func(l []string) []string { return slices.Insert(l, 3, "\n") }, 4, "cannot be read"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := written(t, 3)
			edit(t, path, tt.change)
			r, err := Verify(t.Context(), path)
			require.NoError(t, err)
			require.NotNil(t, r.Bad)
			if name != "an emptied file" {
				assert.Equal(t, fileName, r.Bad.File)
			}
			assert.Equal(t, tt.line, r.Bad.Line, "%v", r.Bad)
			assert.Contains(t, r.Bad.What, tt.what)

			// What is wrong stays to be seen after the journal has been in use again.
			var log bytes.Buffer
			j := open(t, Options{Path: path, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			acceptGap(t, j, path)
			send(t, j, intent("later"), once.Done)
			assert.Contains(t, log.String(), "journal:")
			r, err = Verify(t.Context(), path)
			require.NoError(t, err)
			assert.NotNil(t, r.Bad)
		})
	}
}

func TestALineThatIsChainedWellButNotOursIsCounted(t *testing.T) {
	path := written(t, 1)
	edit(t, path, func(l []string) []string {
		last := strings.TrimSuffix(l[len(l)-1], "\n")
		forged, err := chain([]*Line{{Kind: KindNote}}, hashOf([]byte(last)))
		require.NoError(t, err)
		return append(l, string(forged))
	})
	assert.Equal(t, 1, verified(t, path).Unsealed)
}

func TestATornLastLineIsHealedAndReported(t *testing.T) {
	for cutOff := 1; cutOff < 200; cutOff += 33 {
		path := written(t, 2)
		var torn string
		edit(t, path, func(l []string) []string {
			forged, err := chain([]*Line{{Kind: KindIntent, ID: "x", Key: "torn", Tool: "t"}}, hashOf([]byte(strings.TrimSpace(l[4]))))
			require.NoError(t, err)
			torn = string(forged[:min(cutOff, len(forged)-1)])
			return append(l, torn)
		})
		assert.Equal(t, len(torn), verified(t, path).Torn)

		var log bytes.Buffer
		j := open(t, Options{Path: path, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		assert.Contains(t, log.String(), "torn")
		fresh(t, j, intent("torn"))
		assert.NotNil(t, prior(t, j, intent("1")))
		r := verified(t, path)
		assert.Equal(t, 1, r.Healed)
		assert.Zero(t, r.Torn)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Contains(t, string(raw), fmt.Sprintf(`"bytes":%d,"sha256":"%s"`, len(torn), hashOf([]byte(torn))))
	}
}

func TestALineTornByAnotherProcessIsHealedOnTheWay(t *testing.T) {
	dir := t.TempDir()
	j := open(t, Options{Path: dir})
	send(t, j, intent("a"), once.Done)
	edit(t, filepath.Join(dir, fileName), func(l []string) []string { return append(l, `{"prev":"`) })
	send(t, j, intent("b"), once.Done)
	assert.Equal(t, 1, verified(t, dir).Healed)
}

func TestWhatWasRemovedWhileRunningIsStillRemembered(t *testing.T) {
	dir := t.TempDir()
	j := open(t, Options{Path: dir})
	send(t, j, intent("a"), once.Done)
	p := fresh(t, j, intent("b"))
	require.NoError(t, os.Truncate(filepath.Join(dir, fileName), 0))
	assert.Equal(t, once.Done, prior(t, j, intent("a")).Outcome.State)
	assert.NotNil(t, begin(t, j, intent("b")).Wait)
	_, err := j.Begin(t.Context(), intent("c"))
	require.ErrorIs(t, err, ErrGap)
	require.NoError(t, p.Done(once.Outcome{State: once.Done}))
	assert.Equal(t, once.Done, prior(t, reopen(t, j), intent("b")).Outcome.State)
	r, err := Verify(t.Context(), dir)
	require.NoError(t, err)
	require.NotNil(t, r.Bad)
	assert.Equal(t, "journal.jsonl, line 2: lines that stood before it were removed or changed; this was noticed when it was written", r.Bad.String())
}

// faultyFile fails as a full or a dying disk does, after having written part of what it was given.
type faultyFile struct {
	logFile
	faults *faults
}

type faults struct{ write, sync, noCut bool }

var errNoSpace = errors.New("no space left on device")

func (f faultyFile) WriteAt(b []byte, off int64) (int, error) {
	if !f.faults.write {
		return f.logFile.WriteAt(b, off)
	}
	n, err := f.logFile.WriteAt(b[:len(b)/2], off)
	return n, errors.Join(err, errNoSpace)
}

func (f faultyFile) Sync() error {
	if f.faults.sync {
		return errNoSpace
	}
	return f.logFile.Sync()
}

func (f faultyFile) Truncate(size int64) error {
	if f.faults.noCut {
		return io.ErrClosedPipe
	}
	return f.logFile.Truncate(size)
}

func TestAWriteIsRefusedWhenItsLineCannotBeWritten(t *testing.T) {
	for name, bad := range map[string]faults{
		"the disk is full":               {write: true},
		"the disk does not sync":         {sync: true},
		"nothing can be taken back":      {write: true, noCut: true},
		"neither synced nor noCut again": {sync: true, noCut: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, now := t.TempDir(), &faults{}
			j := open(t, Options{Path: dir, openFile: func(path string) (logFile, error) {
				f, err := openLog(path)
				return faultyFile{f, now}, err
			}})
			other := open(t, Options{Path: dir})
			p := fresh(t, j, intent("sent before"))

			*now = bad
			_, err := j.Begin(t.Context(), intent("a"))
			require.ErrorIs(t, err, ErrNotWritten)
			require.ErrorIs(t, err, errNoSpace)
			require.ErrorIs(t, p.Done(once.Outcome{State: once.Done, Summary: "unwritten"}), ErrNotWritten)
			require.ErrorIs(t, j.Record(t.Context(), Line{}), ErrNotWritten)

			*now = faults{}
			if !bad.noCut {
				assert.NotNil(t, begin(t, other, intent("sent before")).Wait, "for others it is in flight")
				fresh(t, other, intent("a"))
			}
			assert.Equal(t, "unwritten", prior(t, j, intent("sent before")).Outcome.Summary)
			fresh(t, j, intent("b"))
			assert.Equal(t, "unwritten", prior(t, other, intent("sent before")).Outcome.Summary)
			verified(t, dir)
		})
	}
}

func TestCloseWritesWhatIsOwed(t *testing.T) {
	dir, now := t.TempDir(), &faults{}
	j := open(t, Options{Path: dir, openFile: func(path string) (logFile, error) {
		f, err := openLog(path)
		return faultyFile{f, now}, err
	}})
	p := fresh(t, j, intent("a"))
	now.write = true
	require.Error(t, p.Done(once.Outcome{State: once.Done}))
	now.write = false
	assert.Equal(t, once.Done, prior(t, reopen(t, j), intent("a")).Outcome.State)
}
