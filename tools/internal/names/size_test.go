package names_test

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

func TestTheSizeOfARecordCountsAllThatItHolds(t *testing.T) {
	type inner struct{ Text string }
	type record struct {
		Name   string
		Ptr    *inner
		List   []inner
		Free   map[string]any
		Raw    []byte
		hidden string
	}
	long := strings.Repeat("x", 1000)
	empty := names.SizeOf(record{})
	for name, r := range map[string]record{
		"text": {Name: long}, "pointer": {Ptr: &inner{long}}, "list": {List: []inner{{long}}}, "key": {Free: map[string]any{long: 1}},
		"value": {Free: map[string]any{"a": []any{long}}}, "bytes": {Raw: []byte(long)}, "hidden": {hidden: long},
	} {
		assert.InDelta(t, 1050, names.SizeOf(r)-empty, 60, name)
	}
	assert.Zero(t, names.SizeOf(nil))
}

func TestADirectoryIsBoundedInBytes(t *testing.T) {
	records := func() iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := 0; yield(i, nil); i++ {
				if i > names.MaxEntries {
					yield(0, errors.New("it goes on reading"))
					return
				}
			}
		}
	}
	d, err := names.Collect("users", records(), func(int) names.Entry { return names.Entry{Name: strings.Repeat("x", 1<<20)} })
	require.NoError(t, err)
	assert.True(t, d.Truncated)
	assert.Len(t, d.Entries, names.MaxBytes>>20-1)
}
