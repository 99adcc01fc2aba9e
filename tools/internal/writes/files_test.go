package writes

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

type upload struct {
	Name  string `json:"name"`
	Data  string `json:"data,omitempty"`
	Other []byte `json:"other,omitempty"`
}

type uploads struct {
	One    upload         `json:"one"`
	Maybe  *upload        `json:"maybe,omitempty"`
	Many   []upload       `json:"many,omitempty"`
	Remote map[string]any `json:"remote_fields,omitempty"`
}

// sums of "Hi", "Ho" and of text that is not base64.
const (
	hi      = "3639efcd08abb273b1619e82e78c29a7df02c1051b1820e99fc395dcaa3326b8"
	notBase = "%%%"
)

func TestFilesAreShownByTheirLengthAndHash(t *testing.T) {
	in := uploads{
		One: upload{Name: "a", Data: "SGk="}, Maybe: &upload{Data: notBase}, Many: []upload{{Name: "b"}, {Data: "SG8="}},
		Remote: map[string]any{"data": "SGk=", "n": 12345678901234567},
	}
	out := ResolvedArguments(in, "id", "x")
	assert.Equal(t, map[string]any{"name": "a", "bytes": 2, "sha256": hi}, out["one"])
	assert.Equal(t, 3, out["maybe"].(map[string]any)["bytes"])
	assert.Equal(t, map[string]any{"name": "b"}, out["many"].([]any)[0])
	assert.NotEqual(t, hi, out["many"].([]any)[1].(map[string]any)["sha256"])
	assert.Equal(t, hi, out["remote_fields"].(map[string]any)["sha256"])
	assert.Equal(t, "x", out["id"])
	assert.Equal(t, uploads{
		One: upload{Name: "a", Data: "SGk="}, Maybe: &upload{Data: notBase}, Many: []upload{{Name: "b"}, {Data: "SG8="}},
		Remote: map[string]any{"data": "SGk=", "n": 12345678901234567},
	}, in, "what is sent stays as it is")
}

func TestALargeFileCostsLittleMemoryToShow(t *testing.T) {
	in := uploads{One: upload{Data: base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 8<<20)))}}
	r := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			ResolvedArguments(in)
		}
	})
	assert.Less(t, r.AllocedBytesPerOp(), int64(1<<20))
}
