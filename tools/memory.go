package tools

import (
	"context"
	"fmt"
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
func (b *Toolbox) recordRead(ctx context.Context, who Caller, tool string, arguments any, size string) error {
	r := Read{RequestID: who.RequestID, Client: who.Client, Tool: tool, Integration: b.cfg.Client.Integration(), Arguments: arguments, Summary: size}
	if err := b.cfg.RecordRead(ctx, r); err != nil {
		return fmt.Errorf("the answer is held back, because this read could not be recorded: %w", err)
	}
	return nil
}
