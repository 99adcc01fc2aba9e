package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/internal/once/oncetest"
)

// The test binary starts itself with this variable naming a directory, to be a second process.
const (
	helperEnv   = "JOURNAL_TEST_HELPER_DIR"
	helperRound = "JOURNAL_TEST_HELPER_ROUND"
	helperKeys  = "JOURNAL_TEST_HELPER_KEYS"
)

// helperMain sends one write after the other, as a server would: Begin, the send (a line in the
// file "sent"), Done. It reports every step on stdout; "hold" as its keys keeps one in flight
// until stdin ends, then settles it.
func helperMain(dir string) int {
	if err := helperRun(dir, os.Getenv(helperRound), os.Getenv(helperKeys)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func helperRun(dir, round, keys string) error {
	j, err := Open(Options{Path: filepath.Join(dir, fileName), MaxBytes: 8 << 10, poll: time.Millisecond})
	if err != nil {
		return err
	}
	sent, err := os.OpenFile(filepath.Join(dir, "sent"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if keys == "confirm" {
		return oncetest.Process(j, round)
	}
	if keys == "hold" {
		return helperHold(j, round)
	}
	var n int
	if _, err := fmt.Sscan(keys, &n); err != nil {
		return err
	}
	fmt.Println("open")
	for i := range n {
		if err := helperWrite(j, sent, fmt.Sprintf("%s-%d", round, i)); err != nil {
			return err
		}
	}
	return j.Close()
}

func helperWrite(j *Journal, sent io.Writer, key string) error {
	d, err := j.Begin(context.Background(), intent(key))
	if err != nil {
		return err
	}
	fmt.Println("begun")
	switch {
	case d.Wait != nil:
		_, err := d.Wait(context.Background())
		return err
	case d.Prior != nil:
		return nil
	}
	if _, err := io.WriteString(sent, key+"\n"); err != nil {
		return err
	}
	fmt.Println("sent")
	err = d.Done(once.Outcome{State: once.Done})
	fmt.Println("done")
	return err
}

func helperHold(j *Journal, key string) error {
	d, err := j.Begin(context.Background(), intent(key))
	if err != nil {
		return err
	}
	fmt.Println("holding")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	if err := d.Done(once.Outcome{State: once.Done, Summary: "by the other"}); err != nil {
		return err
	}
	return j.Close()
}

type helper struct {
	cmd   *exec.Cmd
	in    io.Closer
	steps *bufio.Scanner
}

func startHelper(t *testing.T, dir, round, keys string) *helper {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), helperEnv+"="+dir, helperRound+"="+round, helperKeys+"="+keys)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return &helper{cmd: cmd, in: in, steps: bufio.NewScanner(out)}
}

// step waits for n more steps of the helper; fewer when it ends before.
func (h *helper) step(n int) {
	for range n {
		if !h.steps.Scan() {
			return
		}
	}
}

func (h *helper) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, h.cmd.Process.Kill())
	h.step(1 << 20)
	_ = h.cmd.Wait()
}

func sentKeys(t *testing.T, dir string) map[string]int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "sent"))
	if !errors.Is(err, fs.ErrNotExist) { // a helper that was killed at once sent nothing
		require.NoError(t, err)
	}
	count := map[string]int{}
	for key := range strings.FieldsSeq(string(raw)) {
		count[key]++
	}
	return count
}

func TestTwoProcessesSendEachWriteOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := startHelper(t, dir, "r", "40"), startHelper(t, dir, "r", "40")
	for _, h := range []*helper{a, b} {
		h.step(1 << 20)
		require.NoError(t, h.cmd.Wait())
	}
	sent := sentKeys(t, dir)
	assert.Len(t, sent, 40)
	for key, n := range sent {
		assert.Equal(t, 1, n, key)
	}
	r := verified(t, dir)
	assert.Greater(t, len(r.Files), 1, "the file was set aside on the way")
	assert.Equal(t, 80+len(r.Files), r.Lines)
	assert.Zero(t, r.Open)
}

func TestAfterAKillTheJournalKnowsWhatWasSent(t *testing.T) {
	dir := t.TempDir()
	const keys = 30
	found := map[once.State]int{}
	for round := range 40 {
		name := fmt.Sprintf("r%d", round)
		helpers := []*helper{startHelper(t, dir, name, fmt.Sprint(keys))}
		if round%2 == 1 {
			helpers = append(helpers, startHelper(t, dir, name, fmt.Sprint(keys)))
		}
		for _, h := range helpers {
			h.step(rand.IntN(2 * keys))
			h.kill(t)
		}
		for state, n := range checkRound(t, dir, name, keys) {
			found[state] += n
		}
	}
	assert.Positive(t, found[once.Done], "some kills came late")
	assert.Positive(t, found[once.Unknown], "some kills came in between")
	for key, n := range sentKeys(t, dir) {
		assert.Equal(t, 1, n, key)
	}
}

// checkRound asks a new process's journal about every write of a round that ended in a kill, and
// counts them by state.
func checkRound(t *testing.T, dir, name string, keys int) map[once.State]int {
	t.Helper()
	found := map[once.State]int{}
	j := open(t, Options{Path: dir, MaxBytes: 8 << 10})
	defer func() { require.NoError(t, j.Close()) }()
	r := verified(t, dir)
	assert.Zero(t, r.Torn)
	assert.Zero(t, r.Open, "what was in flight is settled")
	sent := sentKeys(t, dir)
	for i := range keys {
		key := fmt.Sprintf("%s-%d", name, i)
		e := j.idx.lookup(key, time.Now())
		switch {
		case e == nil:
			assert.Zero(t, sent[key], "%s was sent, and nothing tells of it", key)
		case e.Outcome.State == once.Done:
			assert.Equal(t, 1, sent[key], "%s is said to be done", key)
		default:
			assert.Equal(t, once.Unknown, e.Outcome.State)
			assert.LessOrEqual(t, sent[key], 1)
		}
		if e != nil {
			found[e.Outcome.State]++
		}
	}
	return found
}

func TestAWriteOfAnotherProcessIsJoined(t *testing.T) {
	t.Run("until it is done", func(t *testing.T) {
		dir := t.TempDir()
		h := startHelper(t, dir, "a", "hold")
		h.step(1)
		j := open(t, Options{Path: dir})
		in := begin(t, j, intent("a"))
		require.NotNil(t, in.Wait)
		require.NoError(t, h.in.Close())
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "by the other", e.Outcome.Summary)
		require.NoError(t, h.cmd.Wait())
	})
	t.Run("until it is killed", func(t *testing.T) {
		dir := t.TempDir()
		h := startHelper(t, dir, "a", "hold")
		h.step(1)
		j := open(t, Options{Path: dir})
		in := begin(t, j, intent("a"))
		require.NotNil(t, in.Wait)
		h.kill(t)
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, once.Unknown, e.Outcome.State)
		assert.Equal(t, once.Unknown, prior(t, j, intent("a")).Outcome.State)
		assert.Zero(t, verified(t, dir).Open)
	})
	t.Run("and is unknown at once when that one is gone", func(t *testing.T) {
		dir := t.TempDir()
		j := open(t, Options{Path: dir})
		h := startHelper(t, dir, "a", "hold")
		h.step(1)
		h.kill(t)
		assert.Equal(t, once.Unknown, prior(t, j, intent("a")).Outcome.State)
	})
}

func TestConfirmationsKeepTheirContractInAFile(t *testing.T) {
	dir := t.TempDir()
	exe, err := os.Executable()
	require.NoError(t, err)
	oncetest.Confirmations(t, func(t *testing.T) once.Memory {
		t.Helper()
		return open(t, Options{Path: filepath.Join(dir, fileName), MaxBytes: 8 << 10})
	}, func(_ *testing.T, round string) *exec.Cmd {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), helperEnv+"="+dir, helperRound+"="+round, helperKeys+"=confirm")
		cmd.Stderr = os.Stderr
		return cmd
	})
	r := verified(t, dir)
	assert.Greater(t, len(r.Files), 1, "used ones are remembered although the file was rotated")
}
