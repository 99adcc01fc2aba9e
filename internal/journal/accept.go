package journal

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Gap is what is known of lines that are missing.
type Gap struct {
	// Missing is the hash of the last of them; empty if none are missing, or somebody has accepted it.
	Missing string `json:"missing"`
	// Since is the time of the last line before them, and Until when the gap was noticed. Writes in
	// between are not known. Since is zero if no line is left, Until if no server has noticed yet.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// ErrOtherGap says that the gap is not the one that was looked at.
var ErrOtherGap = errors.New("the journal has changed since: look at what is missing again")

// FindGap looks for lines missing from the journal at path (as in Options.Path). It writes nothing.
func FindGap(ctx context.Context, path string) (Gap, error) {
	r, err := Verify(ctx, path)
	return r.Gap, err
}

// Accept records that a person, by, has looked at the gap whose Missing is given and that writes may be
// sent again. The chain goes on; Verify still reports the gap. The error is ErrOtherGap if there is
// another gap or none.
func Accept(ctx context.Context, o Options, missing, by string) (err error) {
	j, err := Open(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	return j.locked(ctx, func() error {
		if missing == "" || j.log.missing() != missing {
			return ErrOtherGap
		}
		return j.write(&Line{
			Kind: KindAccepted, Time: j.opt.Now().UTC(), Writer: j.writer, SHA256: missing,
			Origin: Origin{ConfirmedBy: truncate(by, maxName)}, Summary: "missing lines accepted",
		})
	})
}

// addGap notes in a report what a line says of gaps.
func (v *verifier) addGap(l Line) {
	switch l.Kind {
	case KindGap:
		if v.Gap.Missing != l.SHA256 { // else repeated in a new file
			v.Gap = Gap{Missing: l.SHA256, Since: v.Last, Until: l.Time}
		}
	case KindAccepted:
		v.Gap = Gap{}
		v.Accepted = append(v.Accepted, fmt.Sprintf("%s by %s", l.Time.UTC().Format(time.DateTime), l.ConfirmedBy))
	}
}
