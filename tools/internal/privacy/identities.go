package privacy

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

const (
	// idsPerRequest is how many candidates one request looks up: more ids would make
	// its URL longer than servers accept.
	idsPerRequest = 100
	// maxIdentities is how many are cached.
	maxIdentities = 20_000
	// cacheFor is how long they are.
	cacheFor = 10 * time.Minute
)

// Identities looks up candidates' identities, and caches them for minutes, for
// records that say too little of a candidate to mask them. It is safe for concurrent
// use.
type Identities struct {
	client *kombo.Client
	now    func() time.Time

	mu     sync.Mutex
	cached map[string]cachedIdentity
}

type cachedIdentity struct {
	Identity
	at time.Time
}

// NewIdentities looks up with the client.
func NewIdentities(client *kombo.Client, now func() time.Time) *Identities {
	return &Identities{client: client, now: now, cached: map[string]cachedIdentity{}}
}

// Of gives the identities of candidates by their ids; one whom Kombo's copy does not
// have is absent. Empty ids are ignored. An ATS that does not deliver candidates has
// none. The error says what could not be looked up.
func (i *Identities) Of(ctx context.Context, ids []string) (map[string]Identity, error) {
	now := i.now()
	found, missing := i.find(ids, now)
	for some := range slices.Chunk(missing, idsPerRequest) {
		page, err := i.client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: kombo.ListOptions{IDs: some, IncludeDeleted: true, PageSize: idsPerRequest}})
		switch kombo.CodeOf(err) {
		case kombo.CodeModelNotAvailable, kombo.CodeModelDisabled:
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the personal data to be masked could not be looked up: %w", err)
		}
		for at := range page.Results {
			k := OfCandidate(&page.Results[at])
			i.add(k, now)
			found[k.ID] = k
		}
	}
	return found, nil
}

// find gives the cached identities, and the ids of the others.
func (i *Identities) find(ids []string, now time.Time) (found map[string]Identity, missing []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	found = map[string]Identity{}
	for _, id := range ids {
		switch k, ok := i.cached[id]; {
		case ok && now.Sub(k.at) < cacheFor:
			found[id] = k.Identity
		case id != "" && !slices.Contains(missing, id):
			missing = append(missing, id)
		}
	}
	return found, missing
}

func (i *Identities) add(k Identity, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.cached) >= maxIdentities {
		clear(i.cached)
	}
	i.cached[k.ID] = cachedIdentity{k, now}
}
