package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"slices"
	"strings"
)

const cursorBytes = 8 + 8 + 4

// makeCursor returns a cursor for a position: the position, a hash of integration,
// endpoint and filters, and a checksum. The page size may change during a walk.
func (s *Sandbox) makeCursor(op string, query url.Values, position int) string {
	buf := make([]byte, 0, cursorBytes)
	buf = binary.BigEndian.AppendUint64(buf, uint64(position)) //nolint:gosec // never negative
	buf = append(buf, s.binding(op, query)...)
	sum := sha256.Sum256(append(slices.Clone(buf), s.key...))
	return base64.RawURLEncoding.EncodeToString(append(buf, sum[:4]...))
}

// readCursor returns the position in a cursor, and whether the cursor is valid for
// this query.
func (s *Sandbox) readCursor(op string, query url.Values, cursor string) (int, bool) {
	buf, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(buf) != cursorBytes {
		return 0, false
	}
	sum := sha256.Sum256(append(slices.Clone(buf[:16]), s.key...))
	if !slices.Equal(sum[:4], buf[16:]) || !slices.Equal(buf[8:16], s.binding(op, query)) {
		return 0, false
	}
	return int(binary.BigEndian.Uint64(buf)), true //nolint:gosec // the checksum proves that makeCursor wrote it
}

// binding returns a hash of everything that selects the rows.
func (s *Sandbox) binding(op string, query url.Values) []byte {
	filters := url.Values{}
	for k, v := range query {
		if k != "cursor" && k != "page_size" && strings.Join(v, "") != "" {
			filters[k] = v
		}
	}
	for _, k := range []string{"include_deleted", "ignore_unsupported_filters"} {
		if filters.Get(k) == "false" {
			filters.Del(k)
		}
	}
	sum := sha256.Sum256([]byte(s.integration + "\n" + op + "\n" + filters.Encode()))
	return sum[:8]
}
