package approvals_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
)

// The test binary starts itself with this variable naming a folder, to be another process.
const (
	helperEnv  = "APPROVALS_TEST_HELPER_DIR"
	helperName = "APPROVALS_TEST_HELPER_NAME"
)

// kills is how many processes are killed; more with go test -args -kills.
var kills = flag.Int("kills", 24, "how many processes are killed in the middle of their steps")

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		if err := helperRun(dir, os.Getenv(helperName)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// helperRun takes steps with whatever waits until nothing can be done any more, and says on stdout
// which of them were its own. A send is a line in the file "sent".
func helperRun(dir, name string) error {
	f, err := approvals.OpenFolder(approvals.FolderOptions{Dir: filepath.Join(dir, "approvals")})
	if err != nil {
		return err
	}
	sent, err := os.OpenFile(filepath.Join(dir, "sent"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	ctx := context.Background()
	fmt.Println("open")
	for i := range 8 {
		a, _, err := f.Put(ctx, approvalstest.Request("acme", fmt.Sprint(name, i)))
		if err != nil {
			return err
		}
		fmt.Println("waiting", a.ID)
	}
	all, err := f.List(ctx, approvals.AllTenants())
	if err != nil {
		return err
	}
	rand.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	for _, a := range all {
		d := approvals.Decision{Approve: rand.IntN(4) > 0, By: name, How: "test"}
		if got, err := f.Decide(ctx, approvals.AllTenants(), a.ID, d); err == nil {
			fmt.Println(got.State, a.ID)
		}
		if _, err := f.Spend(ctx, a); err == nil {
			if _, err := io.WriteString(sent, a.ID+"\n"); err != nil {
				return err
			}
			fmt.Println("spent", a.ID)
		}
	}
	return nil
}

// startHelper starts another process. What it returns kills that one after some of its steps, chosen
// at random, waits for its end, and returns the steps that it took.
func startHelper(t *testing.T, dir, name string) (end func() [][]string) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), helperEnv+"="+dir, helperName+"="+name)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return func() [][]string {
		var steps [][]string
		last := rand.IntN(60)
		for scan := bufio.NewScanner(out); scan.Scan(); last-- {
			if step := strings.Fields(scan.Text()); len(step) == 2 && approvals.IsID(step[1]) {
				steps = append(steps, step)
			}
			if last == 0 {
				time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
				_ = cmd.Process.Kill() // it may have ended by itself
			}
		}
		_ = cmd.Wait() // most are killed, which Wait calls an error
		return steps
	}
}

func TestProcessesThatAreKilledLoseNothingAndSpendNothingTwice(t *testing.T) {
	dir := t.TempDir()
	approved, spent := 0, 0
	for round := range *kills / 3 {
		var ends []func() [][]string
		for i := range 3 {
			ends = append(ends, startHelper(t, dir, fmt.Sprintf("%d-%d-", round, i)))
		}
		var mu sync.Mutex
		acknowledged := map[string]map[string]int{}
		var all sync.WaitGroup
		for _, end := range ends {
			all.Go(func() {
				for _, step := range end() {
					mu.Lock()
					if acknowledged[step[1]] == nil {
						acknowledged[step[1]] = map[string]int{}
					}
					acknowledged[step[1]][step[0]]++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		a, s := checkRound(t, dir, acknowledged)
		approved, spent = approved+a, spent+s
	}
	assert.Greater(t, approved, *kills)
	assert.Greater(t, spent, *kills)
	t.Logf("%d approved, %d spent", approved, spent)
}

// checkRound asks a new process what there is after all others were killed.
func checkRound(t *testing.T, dir string, acknowledged map[string]map[string]int) (approved, spent int) {
	t.Helper()
	folder := filepath.Join(dir, "approvals")
	f, warnings := openWatched(t, folder, time.Now)
	now, err := f.List(t.Context(), approvals.AllTenants())
	require.NoError(t, err)
	byID := map[string]approvals.Approval{}
	for _, a := range now {
		byID[a.ID] = a
	}
	for id, steps := range acknowledged {
		a := byID[id]
		require.Equal(t, id, a.ID, "what was asked for is there")
		assert.LessOrEqual(t, steps["approved"]+steps["declined"], 1, "one decision")
		assert.LessOrEqual(t, steps["spent"], 1)
		if steps["approved"] > 0 {
			assert.Contains(t, []approvals.State{approvals.Approved, approvals.Spent}, a.State)
			approved++
		}
		if steps["declined"] > 0 {
			assert.Equal(t, approvals.Declined, a.State)
		}
		if steps["spent"] > 0 {
			assert.Equal(t, approvals.Spent, a.State)
			spent++
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "sent"))
	require.NoError(t, err)
	sent := map[string]int{}
	for id := range strings.FieldsSeq(string(raw)) {
		sent[id]++
		assert.Equal(t, 1, sent[id], "%s was sent twice", id)
		if a, there := byID[id]; there {
			assert.Equal(t, approvals.Spent, a.State)
		}
	}
	// The next round begins with what this one left waiting, without what it left lying about.
	_, err = f.Sweep(t.Context())
	require.NoError(t, err)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, len(now)+1, "an approval each, and the lock")
	assert.Empty(t, warnings.String())
	// Now and then anew, or every step would read what all rounds before have left.
	if len(now) > 60 {
		require.NoError(t, os.RemoveAll(folder))
	}
	return approved, spent
}
