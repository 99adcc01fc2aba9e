package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// acceptGap accepts what is missing, if anything is, and checks that nothing was sent before.
func acceptGap(t *testing.T, j *Journal, path string) {
	t.Helper()
	gap, err := FindGap(t.Context(), path)
	require.NoError(t, err)
	if gap.Missing == "" {
		return
	}
	again := intent("in the gap")
	again.Again = true
	_, err = j.Begin(t.Context(), again)
	require.ErrorIs(t, err, ErrGap)
	require.ErrorIs(t, j.Spend(t.Context(), intent(""), once.Confirmation{Token: "in the gap"}), ErrGap)
	require.ErrorIs(t, Accept(t.Context(), Options{Path: path}, "", "ann"), ErrOtherGap)
	require.ErrorIs(t, Accept(t.Context(), Options{Path: path}, genesis, "ann"), ErrOtherGap)
	require.NoError(t, Accept(t.Context(), Options{Path: path}, gap.Missing, "ann"))
	require.ErrorIs(t, Accept(t.Context(), Options{Path: path}, gap.Missing, "ann"), ErrOtherGap)
}

func TestAJournalWithLinesGoneSendsNothingUntilSomebodyAccepts(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, path string, early []byte){
		"deleted": func(t *testing.T, path string, _ []byte) { require.NoError(t, os.Remove(path)) },
		"emptied": func(t *testing.T, path string, _ []byte) { require.NoError(t, os.Truncate(path, 0)) },
		"cut off": func(t *testing.T, path string, early []byte) {
			require.NoError(t, os.Truncate(path, int64(len(early))))
		},
		"replaced by an older copy": func(t *testing.T, path string, early []byte) { require.NoError(t, os.WriteFile(path, early, 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, 1)
			early, err := os.ReadFile(path)
			require.NoError(t, err)
			j := open(t, Options{Path: path})
			send(t, j, intent("sent"), once.Done)
			require.NoError(t, j.Close())
			lose(t, path, early)

			before, err := Verify(t.Context(), path)
			require.NoError(t, err)
			require.NotNil(t, before.Bad)
			assert.NotEmpty(t, before.Gap.Missing, "found before any server has noticed")
			_, err = os.ReadFile(path)
			assert.Equal(t, name == "deleted", err != nil, "looking writes nothing")

			j = open(t, Options{Path: path})
			_, err = j.Begin(t.Context(), intent("sent"))
			require.ErrorIs(t, err, ErrGap)
			require.ErrorContains(t, err, "kombo-mcp journal accept")
			require.NoError(t, j.Record(t.Context(), Line{Kind: KindRead}), "reads go on")
			j = reopen(t, j)
			other := open(t, Options{Path: path, Shared: newShared(j.opt.Now)})
			_, err = other.Begin(t.Context(), intent("sent"))
			require.ErrorIs(t, err, ErrGap, "with a shared memory, too")

			acceptGap(t, j, path)
			fresh(t, j, intent("sent"))
			fresh(t, other, intent("other"))
			r, err := Verify(t.Context(), path)
			require.NoError(t, err)
			assert.NotNil(t, r.Bad, "it stays to be seen")
			assert.Empty(t, r.Gap.Missing)
			require.Len(t, r.Accepted, 1)
			assert.Contains(t, r.Accepted[0], "by ann")

			lose(t, path, early)
			_, err = reopen(t, j).Begin(t.Context(), intent("another"))
			require.ErrorIs(t, err, ErrGap, "accepted was that one, no later one")
		})
	}
}

func TestAGapOutlivesTheFilesThatAreReadBack(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), fileName)
	o := Options{Path: path, Now: c.Now, MaxBytes: 2 << 10}
	j := open(t, o)
	send(t, j, intent("sent"), once.Done)
	require.NoError(t, os.Truncate(path, 0))
	for range 6 {
		c.Advance(26 * o.withDefaults().Keep)
		for i := range 20 {
			require.NoError(t, j.Record(t.Context(), Line{Kind: KindRead, Tool: fmt.Sprint(i)}))
		}
		j = reopen(t, j)
		_, err := j.Begin(t.Context(), intent("sent"))
		require.ErrorIs(t, err, ErrGap)
	}
	acceptGap(t, j, path)
	fresh(t, reopen(t, j), intent("sent"))
}

func TestAGapThatCannotBeRecordedIsNotPassedOver(t *testing.T) {
	path, now := written(t, 2), &faults{}
	require.NoError(t, os.Truncate(path, 0))
	o := Options{Path: path, openFile: func(path string) (logFile, error) {
		f, err := openLog(path)
		return faultyFile{f, now}, err
	}}
	now.write = true
	_, err := Open(o)
	require.ErrorIs(t, err, errNoSpace)
	now.write = false
	_, err = open(t, o).Begin(t.Context(), intent("a"))
	require.ErrorIs(t, err, ErrGap)
}

func TestNoHeadAndNoFileIsAFirstStart(t *testing.T) {
	dir := t.TempDir()
	send(t, open(t, Options{Path: dir}), intent("a"), once.Done)
	gap, err := FindGap(t.Context(), dir)
	require.NoError(t, err)
	assert.Zero(t, gap)
	require.NoError(t, os.Remove(filepath.Join(dir, fileName+headSuffix)))
	fresh(t, open(t, Options{Path: dir}), intent("b"))
}
