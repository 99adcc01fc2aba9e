package digest

import (
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// operand is one side of a comparison: a column, a value computed from the
// record, or constants.
type operand struct {
	name      string
	kind      Kind
	column    int // index, or -1
	get       func(*Row) Value
	consts    []Value
	answer    bool
	daysSince bool // days_since(name)
	// wholeDays counts days_since in whole calendar days.
	wholeDays func(*Row) Value
}

func (o *operand) isConst() bool { return o.get == nil }

// operand compiles one side of a comparison.
func (c *compiler) operand(n ast.Node) (*operand, error) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return c.columnOperand(n.Value)
	case *ast.CallNode:
		return c.call(n)
	case *ast.BinaryNode:
		return c.shiftedDate(n)
	case *ast.ArrayNode:
		return c.array(n)
	}
	v, err := c.literal(n)
	if err != nil {
		return nil, err
	}
	return constant(v), nil
}

func constant(v Value) *operand {
	return &operand{name: "the value", kind: v.kind, column: -1, consts: []Value{v}}
}

func (c *compiler) literal(n ast.Node) (Value, error) {
	switch n := n.(type) {
	case *ast.StringNode:
		// An empty text is compared like nil: it is what the cell of a missing
		// value shows.
		return Text(n.Value), nil
	case *ast.IntegerNode:
		return Number(float64(n.Value)), nil
	case *ast.FloatNode:
		return Number(n.Value), nil
	case *ast.BoolNode:
		return Bool(n.Value), nil
	case *ast.NilNode:
		return Missing, nil
	case *ast.UnaryNode:
		v, err := c.literal(n.Node)
		if err == nil && v.kind == KindNumber && n.Operator == "-" {
			return Number(-v.Float()), nil
		}
	}
	return Missing, c.refusef("%s cannot be used in a comparison", describeNode(n))
}

// array compiles the list of constants on the right of in.
func (c *compiler) array(n *ast.ArrayNode) (*operand, error) {
	o := &operand{name: "the list", kind: KindList, column: -1, consts: []Value{}}
	for _, element := range n.Nodes {
		e, err := c.operand(element)
		if err != nil {
			return nil, err
		}
		if !e.isConst() || e.kind == KindList {
			return nil, c.refusef("a list in [ ] may only hold plain values")
		}
		o.consts = append(o.consts, e.consts[0])
	}
	return o, nil
}

func (c *compiler) columnOperand(name string) (*operand, error) {
	i, err := c.usable(name)
	if err != nil {
		return nil, err
	}
	col := c.table.Columns[i]
	c.uses[i] = true
	return &operand{
		name: col.Name, kind: col.Kind, column: i,
		get: func(r *Row) Value { return r.Values[i] },
	}, nil
}

// usable returns the index of a column that an expression may use, or an error.
func (c *compiler) usable(name string) (int, error) {
	i, ok := c.table.column(name)
	if !ok {
		return 0, c.refuse(c.table.unknownColumn(name))
	}
	if why := c.table.Columns[i].Unavailable; why != "" {
		return 0, c.refusef("%s cannot be used: %s", c.table.Columns[i].Name, why)
	}
	if why := c.table.Columns[i].Masked; why != "" {
		return 0, c.refusef("%s can only be shown: %s", c.table.Columns[i].Name, why)
	}
	return i, nil
}

func (c *compiler) call(n *ast.CallNode) (*operand, error) {
	callee, _ := n.Callee.(*ast.IdentifierNode)
	if callee == nil {
		return nil, c.refusef("%s is not a function", describeNode(n))
	}
	switch callee.Value {
	case "today":
		if len(n.Arguments) == 0 {
			return constant(Date(c.now.In(c.loc))), nil
		}
		return nil, c.refusef("today() takes no argument")
	case "date":
		return c.date(n)
	case "days_since":
		return c.daysSince(n)
	case "answer":
		if c.table.HasAnswers {
			return c.answer(n)
		}
		return nil, c.refusef("%s have no answers to screening questions", c.table.Name)
	}
	return nil, c.refusef("there is no function %s()", clip(callee.Value))
}

// date compiles date("…") of a plain day or an RFC 3339 instant.
func (c *compiler) date(n *ast.CallNode) (*operand, error) {
	if len(n.Arguments) == 1 {
		if s, ok := n.Arguments[0].(*ast.StringNode); ok {
			text := strings.TrimSpace(s.Value)
			if t, err := time.Parse(time.DateOnly, text); err == nil {
				return constant(Date(t)), nil
			}
			for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
				if t, err := time.ParseInLocation(layout, text, c.loc); err == nil {
					return constant(Instant(t)), nil
				}
			}
			return nil, c.refusef("date(%q) is not a date; write date(\"2026-10-01\") or date(\"2026-10-01T14:30\")", clip(text))
		}
	}
	return nil, c.refusef(`date() takes one text, such as date("2026-10-01")`)
}

// shiftedDate compiles a date plus or minus a number of days.
func (c *compiler) shiftedDate(n *ast.BinaryNode) (*operand, error) {
	if n.Operator != "+" && n.Operator != "-" {
		return nil, c.refusef("%s cannot be used in a comparison", describeNode(n))
	}
	left, err := c.operand(n.Left)
	if err != nil {
		return nil, err
	}
	days, ok := n.Right.(*ast.IntegerNode)
	if !ok || !left.isConst() || left.kind != KindDate && left.kind != KindInstant {
		return nil, c.refusef("only dates and whole days can be added: today() - 30")
	}
	const century = 36_600
	if days.Value > 10*century {
		return nil, c.refusef("%d days are too many", days.Value)
	}
	shift := days.Value
	if n.Operator == "-" {
		shift = -shift
	}
	v := left.consts[0]
	if v.kind == KindDate {
		v.num += int64(shift)
	} else {
		v = Instant(v.Time(c.loc).AddDate(0, 0, shift))
	}
	return constant(v), nil
}

// daysSince compiles days_since(column): the time from the column's value to now
// in days, with a fraction for instants; negative for values in the future.
func (c *compiler) daysSince(n *ast.CallNode) (*operand, error) {
	if len(n.Arguments) == 1 {
		if id, ok := n.Arguments[0].(*ast.IdentifierNode); ok {
			o, err := c.columnOperand(id.Value)
			if err != nil {
				return nil, err
			}
			if o.kind != KindInstant && o.kind != KindDate {
				return nil, c.refusef("days_since() takes a date column, %s is %s", o.name, o.kind)
			}
			get, now, today, loc := o.get, c.now.UnixMicro(), dayOf(c.now.In(c.loc)), c.loc
			return &operand{
				name: o.name, kind: KindNumber, column: -1, daysSince: true,
				get: func(r *Row) Value { return daysBetween(get(r), now, today) },
				wholeDays: func(r *Row) Value {
					v := get(r)
					if v.IsMissing() {
						return v
					}
					return Number(float64(today - v.dayIn(loc)))
				},
			}, nil
		}
	}
	return nil, c.refusef("days_since() takes one date column, such as days_since(created)")
}

func daysBetween(v Value, nowMicro, today int64) Value {
	switch v.kind {
	case KindInstant:
		return Number(float64(nowMicro-v.num) / microsOfDay)
	case KindDate:
		return Number(float64(today - v.num))
	default:
		return Missing
	}
}

// answer compiles answer("question"): the record's answer to the question with
// that title, or else to the only one whose title contains the text.
func (c *compiler) answer(n *ast.CallNode) (*operand, error) {
	if len(n.Arguments) == 1 {
		if s, ok := n.Arguments[0].(*ast.StringNode); ok && Clean(s.Value) != "" {
			question := foldQuestion(s.Value)
			if !slices.Contains(c.out.questions, question) {
				c.out.questions = append(c.out.questions, question)
			}
			label := `answer("` + clip(s.Value) + `")`
			return &operand{name: label, kind: KindText, column: -1, answer: true, get: func(r *Row) Value {
				return findAnswer(r.Answers, question)
			}}, nil
		}
	}
	return nil, c.refusef(`answer() takes the question as text, such as answer("Notice period")`)
}
