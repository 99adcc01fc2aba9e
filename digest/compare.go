package digest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

var mirroredOps = map[string]string{
	"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=",
}

// sides compiles both sides of a comparison and swaps them if needed, so that
// the left one depends on the record.
func (c *compiler) sides(n *ast.BinaryNode) (left, right *operand, op string, err error) {
	op = n.Operator
	if _, ok := mirroredOps[op]; !ok && op != "in" && op != "contains" {
		return nil, nil, "", c.refusef("unknown operator %s", clip(op))
	}
	if left, err = c.operand(n.Left); err != nil {
		return nil, nil, "", err
	}
	if right, err = c.operand(n.Right); err != nil {
		return nil, nil, "", err
	}
	switch {
	case op == "in" && left.isConst() && !right.isConst():
		// "Java" in tags
		left, right, op = right, left, "contains"
	case left.isConst() && !right.isConst() && mirroredOps[op] != "":
		left, right, op = right, left, mirroredOps[op]
	case left.isConst() && right.isConst():
		return nil, nil, "", c.refusef("%s compares no column", describeNode(n))
	}
	return left, right, op, nil
}

// comparison checks the kinds of both sides and compiles the comparison.
func (c *compiler) comparison(n *ast.BinaryNode) (test, error) {
	left, right, op, err := c.sides(n)
	if err != nil {
		return nil, err
	}
	if err := c.check(left, right, op); err != nil {
		return nil, err
	}
	if right.isConst() && op != "in" && right.kind == KindMissing {
		return nilTest(left, op == "=="), nil
	}
	if left.daysSince && (op == "==" || op == "!=" || op == "in") {
		// No instant is exactly five days ago; any moment of that day is meant.
		whole := *left
		whole.get = left.wholeDays
		left = &whole
	}
	var t test
	switch {
	case op == "contains":
		t = containsTest(left, right)
	case op == "in":
		t, err = c.inTest(left, right)
	case left.answer:
		t = c.answerTest(left, right, op)
	case right.isConst() && left.kind == KindText:
		t = textTest(left, right.consts[0], op)
	case right.isConst() && left.kind == KindInstant && right.kind == KindDate:
		t = c.instantTest(left, right.consts[0], op)
	default:
		t = c.orderTest(left, right, op)
	}
	if err != nil {
		return nil, err
	}
	if op != "==" && op != "!=" {
		c.addLeaf(left, t)
		if !right.isConst() {
			c.addLeaf(right, t)
		}
	}
	return t, nil
}

func (c *compiler) addLeaf(o *operand, t test) {
	c.out.leaves = append(c.out.leaves, leaf{o.name, func(r *Row) verdict {
		if !o.get(r).IsMissing() {
			return 0
		}
		return t(r)
	}})
}

func nilTest(o *operand, want bool) test {
	return func(r *Row) verdict { return verdictOf(o.get(r).IsMissing() == want) }
}

// undecidedIfMissing applies t to present values; a missing one leaves the
// comparison false and undecided.
func undecidedIfMissing(get func(*Row) Value, t func(Value) bool) test {
	return func(r *Row) verdict {
		v := get(r)
		if v.IsMissing() {
			return undecided
		}
		return verdictOf(t(v))
	}
}

func textTest(left *operand, want Value, op string) test {
	get, folded := left.get, Fold(want.str)
	switch op {
	case "==":
		return func(r *Row) verdict {
			v := get(r)
			return verdictOf(!v.IsMissing() && equalFolded(v.str, folded))
		}
	case "!=":
		return func(r *Row) verdict {
			v := get(r)
			return verdictOf(v.IsMissing() || !equalFolded(v.str, folded))
		}
	}
	accept := accepts(op)
	return undecidedIfMissing(get, func(v Value) bool { return accept(strings.Compare(Fold(v.str), folded)) })
}

// accepts returns which results of a three-way comparison satisfy the operator.
func accepts(op string) func(int) bool {
	switch op {
	case "==":
		return func(c int) bool { return c == 0 }
	case "!=":
		return func(c int) bool { return c != 0 }
	case "<":
		return func(c int) bool { return c < 0 }
	case "<=":
		return func(c int) bool { return c <= 0 }
	case ">":
		return func(c int) bool { return c > 0 }
	default:
		return func(c int) bool { return c >= 0 }
	}
}

// instantTest compares an instant with a plain day: any moment of the day
// equals it; before and after are relative to the start of the day.
func (c *compiler) instantTest(left *operand, day Value, op string) test {
	start := midnight(day.num, c.loc).UnixMicro()
	end := midnight(day.num+1, c.loc).UnixMicro()
	get := left.get
	switch op {
	case "==":
		return func(r *Row) verdict {
			v := get(r)
			return verdictOf(!v.IsMissing() && v.num >= start && v.num < end)
		}
	case "!=":
		return func(r *Row) verdict {
			v := get(r)
			return verdictOf(v.IsMissing() || v.num < start || v.num >= end)
		}
	case "<=":
		c.out.notes = append(c.out.notes, "where: a date is the start of its day, so <= leaves the day itself out; use < and the next day to include it")
	}
	accept := accepts(op)
	return undecidedIfMissing(get, func(v Value) bool { return accept(cmp.Compare(v.num, start)) })
}

// orderTest compares any two sides of comparable kinds, by their order.
func (c *compiler) orderTest(left, right *operand, op string) test {
	accept, other := accepts(op), right.get
	if right.isConst() {
		want := right.consts[0]
		other = func(*Row) Value { return want }
	}
	get := left.get
	return func(r *Row) verdict {
		a, b := get(r), other(r)
		if a.IsMissing() || b.IsMissing() {
			switch op {
			case "==":
				return verdictOf(a.IsMissing() && b.IsMissing())
			case "!=":
				return verdictOf(a.IsMissing() != b.IsMissing())
			}
			return undecided
		}
		return verdictOf(accept(c.compare(a, b)))
	}
}

// compare is a three-way comparison of two present values of comparable kinds.
func (c *compiler) compare(a, b Value) int {
	switch {
	case a.kind == KindText && b.kind == KindText:
		return strings.Compare(Fold(a.str), Fold(b.str))
	case a.kind == KindNumber && b.kind == KindNumber:
		return cmp.Compare(a.Float(), b.Float())
	case a.kind != b.kind:
		return cmp.Compare(a.dayIn(c.loc), b.dayIn(c.loc))
	default:
		return cmp.Compare(a.num, b.num)
	}
}

func containsTest(left, right *operand) test {
	want := right.get
	if right.isConst() {
		folded := Fold(right.consts[0].str)
		if left.kind == KindList {
			return undecidedIfMissing(left.get, func(v Value) bool { return hasElement(v.str, folded) })
		}
		return undecidedIfMissing(left.get, func(v Value) bool { return containsFolded(v.str, folded) })
	}
	return func(r *Row) verdict {
		v, w := left.get(r), want(r)
		if v.IsMissing() || w.IsMissing() {
			return undecided
		}
		if left.kind == KindList {
			return verdictOf(hasElement(v.str, Fold(w.str)))
		}
		return verdictOf(containsFolded(v.str, Fold(w.str)))
	}
}

func hasElement(stored, folded string) bool {
	for element := range strings.SplitSeq(stored, listSep) {
		if equalFolded(element, folded) {
			return true
		}
	}
	return false
}

// inTest tests for equality with one of several values, each compared as by ==.
func (c *compiler) inTest(left, right *operand) (test, error) {
	tests := make([]test, 0, len(right.consts))
	for _, v := range right.consts {
		o := constant(v)
		switch {
		case v.IsMissing():
			// nil in a list matches nothing.
		case left.answer:
			tests = append(tests, c.answerTest(left, o, "=="))
		case left.kind == KindText:
			tests = append(tests, textTest(left, v, "=="))
		case left.kind == KindInstant && v.kind == KindDate:
			tests = append(tests, c.instantTest(left, v, "=="))
		default:
			tests = append(tests, c.orderTest(left, o, "=="))
		}
	}
	if len(tests) == 0 {
		return nil, c.refusef("in [ ] needs at least one value")
	}
	return func(r *Row) verdict {
		if left.get(r).IsMissing() {
			return undecided
		}
		return verdictOf(slices.ContainsFunc(tests, func(t test) bool { return t(r) == holds }))
	}, nil
}

// answerTest compares each text of a screening answer: as a number with a
// number, by the day with a date.
func (c *compiler) answerTest(left, right *operand, op string) test {
	get, want, accept := left.get, right.consts[0], accepts(op)
	number, isNumber := want.Float(), want.kind == KindNumber
	text := want.str
	switch want.kind {
	case KindNumber:
		text = formatNumber(number)
	case KindBool:
		text = strconv.FormatBool(want.num != 0)
	default:
		number, isNumber = parseNumber(text)
	}
	folded := Fold(text)
	matches := func(s string) bool {
		if want.kind == KindDate || want.kind == KindInstant {
			day, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
			return err == nil && accept(cmp.Compare(dayOf(day), want.dayIn(c.loc)))
		}
		if yes, ok := parseBool(s); ok && want.kind == KindBool {
			return accept(cmp.Compare(boolNumber(yes), want.num))
		}
		if isNumber {
			if f, ok := parseNumber(s); ok {
				return accept(cmp.Compare(f, number))
			}
			if op != "==" && op != "!=" {
				return false
			}
		}
		return accept(strings.Compare(Fold(s), folded))
	}
	return func(r *Row) verdict {
		v := get(r)
		if v.IsMissing() {
			switch op {
			case "==":
				return 0
			case "!=":
				return holds
			}
			return undecided
		}
		if op == "!=" {
			// If several choices were picked, all of them must differ.
			for element := range strings.SplitSeq(v.str, listSep) {
				if !matches(element) {
					return 0
				}
			}
			return holds
		}
		for element := range strings.SplitSeq(v.str, listSep) {
			if matches(element) {
				return holds
			}
		}
		return 0
	}
}

// parseBool reads the answer to a yes-or-no question.
func parseBool(s string) (yes, ok bool) {
	switch Fold(s) {
	case "yes", "true":
		return true, true
	case "no", "false":
		return false, true
	}
	return false, false
}

func boolNumber(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func parseNumber(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}
