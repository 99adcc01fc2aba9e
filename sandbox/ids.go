package sandbox

import "strconv"

// kid is a Kombo id: 24 characters of base58.
type kid [24]byte

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// makeID derives an id from the seed and a number, as Kombo derives one from
// the integration and the remote id.
func makeID(seed, number uint64) kid {
	var id kid
	r := newRNG(seed, number)
	for i := 0; i < len(id); i += 8 {
		x := r.next()
		for j := range 8 {
			id[i+j] = base58[x%58]
			x /= 58
		}
	}
	return id
}

func (k kid) String() string { return string(k[:]) }

func parseKID(s string) (kid, bool) {
	var id kid
	if len(s) != len(id) {
		return id, false
	}
	copy(id[:], s)
	return id, true
}

// model is a kind of record with its own ids.
type model int

const (
	modelUser model = iota
	modelRole
	modelTag
	modelStage
	modelReason
	modelJob
	modelCandidate
	modelApplication
	modelInterview
	modelOffer
	modelCount
)

// remoteBase is the remote id of a model's first record. Jobs and users share
// it, and so their ids, because Kombo's ids are unique only within a model.
var remoteBase = [modelCount]int{
	modelUser: 1001, modelJob: 1001,
	modelRole: 301, modelTag: 7001, modelStage: 30001, modelReason: 501,
	modelCandidate: 10_000_001, modelApplication: 40_000_001,
	modelInterview: 70_000_001, modelOffer: 90_000_001,
}

// Numbers of things that are not rows of a list, kept apart from remote ids.
const (
	questionSpace   = 1 << 32
	optionSpace     = 2 << 32
	postingSpace    = 3 << 32
	attachmentSpace = 4 << 32
	otherSpace      = 5 << 32
)

func remoteIndex(m model, remote string) (int, bool) {
	n, err := strconv.Atoi(remote)
	if err != nil || n < remoteBase[m] || strconv.Itoa(n) != remote {
		return 0, false
	}
	return n - remoteBase[m], true
}
