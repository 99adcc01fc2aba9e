package tools

import "github.com/kombo-mcp/kombo-mcp/digest"

// lookup says how a column gets its value from another list: from the records
// there whose column match has what the record asked about has in its column by.
type lookup struct {
	list  listName
	match string
	by    string
	// folded compares without case and accents, as names are.
	folded bool
	// take is the column whose value is taken; "" counts the records instead.
	take string
	// column and value are what a record must have to be counted, "" for nothing.
	column, value string
}

func (l *lookup) key(s string) string {
	if l.folded {
		return digest.Fold(s)
	}
	return s
}
