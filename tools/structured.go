package tools

import "fmt"

// Structured says which clients get the structured form of answers beside the text,
// which holds the same facts. Some hosts give their model both, so that every answer
// costs twice.
type Structured string

// The values of Structured.
const (
	// StructuredAuto leaves it out for clients known to give their model both forms,
	// and for those of protocol versions that do not have it.
	StructuredAuto Structured = "auto"
	// StructuredAlways sends it to all clients, StructuredNever to none.
	StructuredAlways Structured = "always"
	StructuredNever  Structured = "never"
)

// ParseStructured reads a value; "" is StructuredAuto. The error lists the valid ones.
func ParseStructured(s string) (Structured, error) {
	switch f := Structured(s); f {
	case "":
		return StructuredAuto, nil
	case StructuredAuto, StructuredAlways, StructuredNever:
		return f, nil
	}
	return "", fmt.Errorf("%q must be one of auto, always, never", s)
}

// Structured says who gets the structured form of this toolbox's answers. Call always
// gives it; leaving it out is for the transport, which has the client.
func (b *Toolbox) Structured() Structured {
	if b.cfg.Structured == "" {
		return StructuredAuto
	}
	return b.cfg.Structured
}
