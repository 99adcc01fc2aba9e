package plainjson

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSignsOfHTMLStayAsTheyAre(t *testing.T) {
	v := map[string]string{"a": "<b> & \"c\"\n"}
	raw, err := Marshal(v)
	require.NoError(t, err)
	assert.Equal(t, `{"a":"<b> & \"c\"\n"}`, string(raw))
	raw, err = MarshalIndent(v)
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"a\": \"<b> & \\\"c\\\"\\n\"\n}", string(raw))
	_, err = Marshal(func() {})
	require.Error(t, err)
}
