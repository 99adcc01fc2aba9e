package tools

import (
	"context"
	"fmt"
)

// Read is a read for the record: who asked what, and how much the answer held.
// It holds no data of the ATS beside the arguments.
type Read struct {
	RequestID, Client, Tool, Integration string
	Arguments                            any
	// Summary is the size of the answer; see Answer.
	Summary string
}

// recordingKey marks the context of a read that will be recorded.
type recordingKey struct{}

// recorded runs a read and puts it on record before its answer goes out. What is
// read on behalf of another read is part of that one, and not recorded itself.
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
		return fmt.Errorf("the answer is held back, because this read could not be recorded: %w", err)
	}
	return nil
}
