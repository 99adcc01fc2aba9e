package sandbox

// rng is splitmix64. It is small, fast, and gives the same numbers on every platform
// and Go version, so that the data are deterministic.
type rng struct{ state uint64 }

func newRNG(seed, stream uint64) *rng {
	return &rng{state: mix(seed^0x9e3779b97f4a7c15) ^ mix(stream+0x632be59bd9b4e019)}
}

func mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func (r *rng) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return mix(r.state)
}

// intn returns a number from 0 to n-1. n must be positive.
func (r *rng) intn(n int) int {
	return int(r.next()>>33) % n
}

// between returns a number from lo to hi, inclusive.
func (r *rng) between(lo, hi int) int { return lo + r.intn(hi-lo+1) }

// unit returns a number from 0 to 1, excluding 1.
func (r *rng) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

func (r *rng) chance(p float64) bool { return r.unit() < p }

func pick[T any](r *rng, from []T) T { return from[r.intn(len(from))] }

// weighted returns a random index, given the cumulative weights of all.
func (r *rng) weighted(cumulative []float64) int {
	x := r.unit() * cumulative[len(cumulative)-1]
	lo, hi := 0, len(cumulative)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if cumulative[mid] > x {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
