package kombo

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoMoreActionsAreInFlightThanTheServerNames(t *testing.T) {
	for _, limit := range []int{1, 3} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			var inFlight, most atomic.Int32
			u := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
				now := inFlight.Add(1)
				defer inFlight.Add(-1)
				for {
					seen := most.Load()
					if now <= seen || most.CompareAndSwap(seen, now) {
						break
					}
				}
				answer{200, done, map[string]string{"Concurrency-Limit": strconv.Itoa(limit)}}.write(w)
			})
			c := u.client(t)
			tag := func() error {
				_, err := c.AddCandidateTag(t.Context(), "c", TagInput{Tag: TagName{"t"}})
				return err
			}
			require.NoError(t, tag(), "learns the limit")
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() { assert.NoError(t, tag()) })
			}
			all.Wait()
			assert.LessOrEqual(t, int(most.Load()), limit)
			assert.Len(t, u.requests(), 21)
		})
	}
}

func TestReadingAttachmentsTakesASlotAndReadingTheCopyDoesNot(t *testing.T) {
	u := script(t, answer{200, page("", "f"), map[string]string{"Concurrency-Limit": "1"}})
	c := u.client(t)
	_, err := c.GetCandidateAttachments(t.Context(), "c")
	require.NoError(t, err)

	slots := c.limits.of(testIntegration)
	require.NoError(t, slots.acquire(t.Context()), "the one slot")
	_, err = c.GetTags(t.Context(), TagFilter{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.GetApplicationAttachments(ctx, "a")
	require.ErrorIs(t, err, context.Canceled)
	_, err = c.ForIntegration("lever:other").GetApplicationAttachments(t.Context(), "a")
	require.NoError(t, err, "another integration has slots of its own")
	slots.release()
	_, err = c.GetApplicationAttachments(t.Context(), "a")
	require.NoError(t, err)
	assert.Len(t, u.requests(), 4)
}

func TestSlotsAreHandedOutInOrderAndNoneIsLost(t *testing.T) {
	l := &limiter{limit: 1}
	require.NoError(t, l.acquire(t.Context()))
	order := make(chan int, 3)
	leaving, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for i := range 3 {
		ctx := t.Context()
		if i == 1 {
			ctx = leaving
		}
		all.Go(func() {
			if l.acquire(ctx) == nil {
				order <- i
				l.release()
			}
		})
		// One after the other, so that the order is known.
		require.Eventually(t, func() bool { return l.queue() == i+1 }, eventually, tick)
	}
	leave()
	require.Eventually(t, func() bool { return l.queue() == 2 }, eventually, tick)
	l.release()
	all.Wait()
	close(order)
	var got []int
	for i := range order {
		got = append(got, i)
	}
	assert.Equal(t, []int{0, 2}, got)
	assert.Zero(t, l.inFlight)
}

func (l *limiter) queue() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

func TestASlotGrantedToOneWhoLeavesGoesToTheNext(t *testing.T) {
	l := &limiter{limit: 1, inFlight: 1}
	granted := make(chan struct{})
	next := make(chan struct{})
	close(granted)
	l.waiting = []chan struct{}{next}
	l.abandon(granted)
	<-next
	assert.Equal(t, 1, l.inFlight)
}

func TestAGrowingLimitLetsWaitersIn(t *testing.T) {
	l := &limiter{limit: 1}
	require.NoError(t, l.acquire(t.Context()))
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { assert.NoError(t, l.acquire(t.Context())) })
	}
	require.Eventually(t, func() bool { return l.queue() == 2 }, eventually, tick)
	l.resize(0)
	assert.Equal(t, 2, l.queue(), "a limit of none is a mistake")
	l.resize(3)
	all.Wait()
	assert.Equal(t, 3, l.inFlight)
}
