package sandbox

import "strconv"

// komboID is a Kombo id: 24 characters of base58.
type komboID [24]byte

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// makeID derives an id from a seed and a number, as Kombo derives it from the
// integration and the remote id.
func makeID(seed, number uint64) komboID {
	var id komboID
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

func (k komboID) String() string { return string(k[:]) }

func parseID(s string) (komboID, bool) {
	var id komboID
	if len(s) != len(id) {
		return id, false
	}
	copy(id[:], s)
	return id, true
}

// model is a kind of record. Ids are unique within it.
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

// remoteBase is the remote id of a model's first record. It is the same for jobs and
// users, so that their ids collide, as Kombo allows.
var remoteBase = [modelCount]int{
	modelUser: 1001, modelJob: 1001,
	modelRole: 301, modelTag: 7001, modelStage: 30001, modelReason: 501,
	modelCandidate: 10_000_001, modelApplication: 40_000_001,
	modelInterview: 70_000_001, modelOffer: 90_000_001,
}

// Offsets of the numbers from which the ids of anything but rows are derived.
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
