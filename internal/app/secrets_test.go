package app

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAKeyThatIsNoneIsNamed(t *testing.T) {
	t.Setenv("KOMBO_API_KEY_FILE", "")
	for value, want := range map[string]string{
		"":                       "KOMBO_API_KEY",
		"  ":                     "add --sandbox",
		"${KOMBO_API_KEY}":       "KOMBO_API_KEY is ${KOMBO_API_KEY}, a placeholder that the host did not fill in",
		"${user_config.api_key}": "KOMBO_API_KEY is ${user_config.api_key}, a placeholder",
		"$KOMBO_API_KEY":         "begins with $",
		`"secret-of-ours"`:       "stands in quotes",
		"'secret-of-ours'":       "stands in quotes",
	} {
		t.Setenv("KOMBO_API_KEY", value)
		_, err := APIKey()
		require.ErrorContains(t, err, want, "%q", value)
		assert.NotContains(t, err.Error(), "secret-of-ours")
	}
	t.Setenv("KOMBO_API_KEY", " key ")
	key, err := APIKey()
	require.NoError(t, err)
	assert.Equal(t, "key", key)
}

func TestAPlaceholderForTheIntegrationIsNamed(t *testing.T) {
	t.Setenv("KOMBO_API_KEY", "key")
	t.Setenv("KOMBO_INTEGRATION_ID", "${user_config.integration_id}")
	t.Setenv("KOMBO_TIMEZONE", "${user_config.timezone}")
	var log bytes.Buffer
	_, err := Open(t.Context(), Defaults(), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.ErrorContains(t, err, "no integration (KOMBO_INTEGRATION_ID is ${user_config.integration_id}, a placeholder that the host did not fill in)")
	assert.Contains(t, log.String(), "variables=KOMBO_INTEGRATION_ID,KOMBO_TIMEZONE")
}

func TestAnAddressOfKombosHasAVersion(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.kombo.dev":      "write https://api.kombo.dev/v1",
		"https://api.us.kombo.dev/":  "write https://api.us.kombo.dev/v1",
		"https://api.kombo.dev/v1":   "",
		"https://api.kombo.dev/v1/":  "",
		"http://127.0.0.1:1":         "",
		"https://kombo.corp.example": "",
		"":                           "",
	} {
		s := Defaults()
		s.BaseURL = address
		err := s.Validate()
		if want == "" {
			require.NoError(t, err, address)
			continue
		}
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "--base-url")
	}
}
