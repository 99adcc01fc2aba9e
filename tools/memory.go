package tools

import (
	"context"
	"fmt"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// Read is a read for the record: who asked what, and how much it told. It holds
// no record.
type Read struct {
	RequestID, Client, Tool, Integration string
	Arguments                            any
	// Summary counts the records.
	Summary string
}

// recordRead puts a read on record before its answer goes out.
func (b *Toolbox) recordRead(ctx context.Context, who Caller, tool string, arguments any, answer Answer) error {
	r := Read{RequestID: who.RequestID, Client: who.Client, Tool: tool, Integration: b.cfg.Client.Integration(), Arguments: arguments}
	switch a := answer.(type) {
	case *digest.Answer:
		r.Summary = fmt.Sprintf("%d matched, %d rows shown", a.Summary.Matched, len(a.Rows))
	case *AttachmentAnswer:
		r.Summary = fmt.Sprintf("%d files listed, %d bytes of text", len(a.Rows), len(a.Content))
	}
	if err := b.cfg.RecordRead(ctx, r); err != nil {
		return fmt.Errorf("the answer is held back, because this read could not be recorded: %w", err)
	}
	return nil
}
