package tools

import (
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// listDeps is what answering a question to a list takes, beside the question.
type listDeps struct {
	client      *kombo.Client
	directories *directories
	// cache holds walks and answers.
	cache      *digest.Cache
	recent     *writes.Recent
	mask       *privacy.Mask
	identities *privacy.Identities
	limits     digest.Limits
	// secret seals cursors.
	secret   []byte
	location *time.Location
	// now is the present for the whole answer.
	now time.Time
	// html gives the text that markup shows.
	html func(string) string
	// progress is that of the caller.
	progress func(done int, of string)
}
