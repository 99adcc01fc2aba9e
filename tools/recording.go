package tools

import (
	"context"
	"fmt"
)

// Read is a read as it is recorded: who asked what, and how much the answer held. It
// holds no data of the ATS except what the arguments mention.
type Read struct {
	RequestID, Client, Tool, Integration string
	Arguments                            any
	// Summary is Answer.Size.
	Summary string
}

// recordingKey marks the context of a read that will be recorded.
type recordingKey struct{}

// recorded runs a read and records it before its answer goes out. A read on behalf of
// another one is part of that and not recorded itself.
func (b *Toolbox) recorded(ctx context.Context, who Caller, tool string, arguments any, read func(context.Context) (size string, err error)) error {
	if b.cfg.RecordRead == nil || ctx.Value(recordingKey{}) != nil {
		_, err := read(ctx)
		return err
	}
	size, err := read(context.WithValue(ctx, recordingKey{}, true))
	if err != nil {
		return err
	}
	r := Read{RequestID: who.RequestID, Client: who.Client, Tool: tool, Integration: b.cfg.Client.Integration(), Arguments: arguments, Summary: size}
	if err := b.cfg.RecordRead(ctx, r); err != nil {
		return fmt.Errorf("the answer is withheld, because this read could not be recorded: %w", err)
	}
	return nil
}
