// Package oncetest is the contract of a once.Memory's confirmations as tests, for every way in which
// one is kept.
package oncetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

const (
	// tokens is how many confirmations a process uses up.
	tokens = 20
	kills  = 12
)

// Confirmation is one that is good for ten minutes.
func Confirmation(token string) once.Confirmation {
	return once.Confirmation{Token: token, How: "code", Answer: "code", By: "host 1.0", Statement: "h", Expires: time.Now().Add(10 * time.Minute)}
}

func intentOf(token string) once.Intent {
	return once.Intent{Key: "key-" + token, Tool: "reject_application", Confirmation: Confirmation(token)}
}

// Process does what a server does under confirmations named after a round, and prints each step: it
// uses one up, begins its write and records the outcome. It is the main function of the processes that
// Confirmations starts.
func Process(m once.Memory, round string) error {
	fmt.Println("open")
	for i := range tokens {
		token := fmt.Sprint(round, "-", i)
		err := m.Spend(context.Background(), intentOf(token), Confirmation(token))
		if errors.Is(err, once.ErrSpent) {
			continue
		}
		if err != nil {
			return err
		}
		fmt.Println("spent", token)
		claim, err := m.Begin(context.Background(), intentOf(token))
		if err != nil {
			return err
		}
		fmt.Println("begun", token)
		if err := claim.Done(once.Outcome{State: once.Done}); err != nil {
			return err
		}
	}
	return nil
}

// Confirmations checks that each confirmation is used up once. Each memory that open returns is that of
// another server; process returns the command of one that runs Process.
func Confirmations(t *testing.T, open func(*testing.T) once.Memory, process func(t *testing.T, round string) *exec.Cmd) {
	t.Run("one of many callers uses a confirmation up", func(t *testing.T) {
		servers := []once.Memory{open(t), open(t)}
		for i := range 10 {
			token := fmt.Sprint("race-", i)
			var used atomic.Int32
			var group sync.WaitGroup
			for n := range 8 {
				group.Go(func() {
					err := servers[n%2].Spend(t.Context(), intentOf(token), Confirmation(token))
					if err == nil {
						used.Add(1)
						return
					}
					assert.ErrorIs(t, err, once.ErrSpent)
				})
			}
			group.Wait()
			assert.EqualValues(t, 1, used.Load())
			require.ErrorIs(t, open(t).Spend(t.Context(), intentOf(token), Confirmation(token)), once.ErrSpent, "by a server that starts later")
		}
	})
	t.Run("what was sent under it is found by every server", func(t *testing.T) {
		a := open(t)
		require.NoError(t, a.Spend(t.Context(), intentOf("found"), Confirmation("found")))
		claim, err := a.Begin(t.Context(), intentOf("found"))
		require.NoError(t, err)
		require.NotNil(t, claim.Done)
		require.NoError(t, claim.Done(once.Outcome{State: once.Done, Summary: "rejected"}))
		for _, m := range []once.Memory{a, open(t)} {
			e, err := m.LookConfirmed(t.Context(), "key-found", "found")
			require.NoError(t, err)
			assert.Equal(t, "rejected", e.Outcome.Summary)
			e, err = m.LookConfirmed(t.Context(), "key-found", "another")
			require.NoError(t, err)
			assert.Zero(t, e)
		}
	})
	t.Run("a killed process has used up what it used up", func(t *testing.T) {
		between := 0
		for n := range kills {
			between += killRound(t, open, process, fmt.Sprint("kill", n))
		}
		t.Logf("%d kills, %d of them between a confirmation and its write", kills, between)
	})
}

// killRound kills two processes on the way, and returns how many confirmations were used up without a
// write begun.
func killRound(t *testing.T, open func(*testing.T) once.Memory, process func(*testing.T, string) *exec.Cmd, round string) (between int) {
	t.Helper()
	var mu sync.Mutex
	spent, begun := map[string]int{}, map[string]int{}
	var group sync.WaitGroup
	for range 2 {
		cmd := process(t, round)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		killAfter := 1 + rand.IntN(2*tokens) //nolint:gosec // any moment will do
		group.Go(func() {
			steps := bufio.NewScanner(out)
			for n := 1; steps.Scan(); n++ {
				step, token, _ := strings.Cut(steps.Text(), " ")
				mu.Lock()
				switch step {
				case "spent":
					spent[token]++
				case "begun":
					begun[token]++
				}
				mu.Unlock()
				if n == killAfter {
					_ = cmd.Process.Kill() // it may have ended
				}
			}
			_ = cmd.Wait() // it was killed
		})
	}
	group.Wait()
	m := open(t)
	for i := range tokens {
		token := fmt.Sprint(round, "-", i)
		assert.LessOrEqual(t, spent[token], 1, token)
		assert.LessOrEqual(t, begun[token], 1, token)
		err := m.Spend(t.Context(), intentOf(token), Confirmation(token))
		if spent[token] == 0 {
			// It may have been killed before it could say so.
			if err != nil {
				require.ErrorIs(t, err, once.ErrSpent)
			}
			continue
		}
		require.ErrorIs(t, err, once.ErrSpent, token)
		e, err := m.LookConfirmed(t.Context(), "key-"+token, token)
		require.NoError(t, err)
		if begun[token] > 0 {
			assert.NotEmpty(t, e.ID, token)
		} else if e.ID == "" {
			between++
		}
	}
	return between
}
