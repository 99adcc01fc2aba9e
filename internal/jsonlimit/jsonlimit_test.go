package jsonlimit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValuesAndDepthAreCounted(t *testing.T) {
	for in, want := range map[string]int{
		`1`:                         0,
		`[1,2]`:                     2,
		`{"a":[1,{"b":","}],"c":2}`: 5,
		`"[\",{"`:                   0,
	} {
		n, err := Count(in, 5)
		require.NoError(t, err, in)
		assert.Equal(t, want, n, in)
	}
	_, err := Count("[1,2,3]", 2)
	require.ErrorIs(t, err, ErrTooManyValues)
	_, err = Count([]byte(strings.Repeat("[", MaxDepth)), MaxValues)
	require.NoError(t, err)
	_, err = Count(strings.Repeat("[", MaxDepth+1), MaxValues)
	require.ErrorIs(t, err, ErrTooDeep)
	long := strings.Repeat("[1,1]", 1000)
	assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = Count(long, MaxValues) }))
}
