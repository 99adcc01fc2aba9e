package digest

import (
	"slices"
	"strings"
)

// check refuses a comparison of kinds that cannot be compared, and says what to
// write instead.
func (c *compiler) check(left, right *operand, op string) error {
	switch {
	case op == "contains":
		return c.checkContains(left, right)
	case op == "in":
		if !right.isConst() || right.kind != KindList {
			return c.refusef(`in needs a list: %s in ["a", "b"]`, left.name)
		}
		if left.kind == KindList {
			return c.refusef(`%s is a list: write %s contains "a" || %s contains "b"`, left.name, left.name, left.name)
		}
		for _, v := range right.consts {
			if err := c.checkValue(left, v, "=="); err != nil {
				return err
			}
		}
		return nil
	case right.kind == KindList && right.isConst():
		return c.refusef(`a list can only follow in: %s in ["a", "b"]`, left.name)
	case right.isConst():
		return c.checkValue(left, right.consts[0], op)
	}
	return c.checkPair(left, right, op)
}

func (c *compiler) checkContains(left, right *operand) error {
	switch {
	case left.isConst():
		return c.refusef("contains needs a column on its left")
	case left.kind != KindText && left.kind != KindList:
		return c.refusef("contains is for text and lists, %s is %s", left.name, left.kind)
	case right.kind == KindList && right.isConst():
		return c.refusef(`contains takes one text: write %s contains "a" || %s contains "b"`, left.name, left.name)
	case right.isConst() && right.kind == KindMissing:
		return c.refusef("contains needs a text that is not empty")
	case right.kind != KindText:
		return c.refusef("contains takes a text, not a %s", right.kind)
	}
	return nil
}

// checkValue checks a constant against the kind of the left side.
func (c *compiler) checkValue(left *operand, v Value, op string) error {
	ordered := op != "==" && op != "!="
	if v.IsMissing() {
		if ordered {
			return c.refusef("nothing is before or after nil: write %s == nil or %s != nil", left.name, left.name)
		}
		return nil
	}
	if left.answer {
		if v.kind == KindList {
			return c.refusef("%s is compared with a text, a number or a date", left.name)
		}
		return nil
	}
	ok := false
	switch left.kind {
	case KindText:
		ok = v.kind == KindText
	case KindNumber, KindCount:
		ok = v.kind == KindNumber
	case KindBool:
		ok = v.kind == KindBool && !ordered
	case KindInstant, KindDate:
		ok = v.kind == KindDate || v.kind == KindInstant
		if v.kind == KindText {
			return c.refusef(`%s is a %s: write date("2026-10-01") instead of a bare text`, left.name, left.kind)
		}
	case KindList:
		return c.refusef(`%s is a list: write %s contains "…" or %s == nil`, left.name, left.name, left.name)
	}
	if !ok {
		return c.refusef("%s is %s and cannot be compared by %s with a %s", left.name, left.kind, op, v.kind)
	}
	return c.checkEnum(left, v, ordered)
}

// checkEnum refuses a value that a column with an Enum can never have.
func (c *compiler) checkEnum(left *operand, v Value, ordered bool) error {
	if left.column < 0 || ordered {
		return nil
	}
	enum := c.table.Columns[left.column].Enum
	folded := Fold(v.str)
	if len(enum) == 0 || slices.ContainsFunc(enum, func(e string) bool { return equalFolded(e, folded) }) {
		return nil
	}
	return c.refusef("%s is never %q; it is one of %s, or nil", left.name, clip(v.str), strings.Join(enum, ", "))
}

// checkPair checks a comparison in which both sides depend on the record.
func (c *compiler) checkPair(left, right *operand, op string) error {
	class := func(o *operand) Kind {
		switch o.kind {
		case KindCount:
			return KindNumber
		case KindInstant:
			return KindDate
		default:
			return o.kind
		}
	}
	switch {
	case left.answer || right.answer:
		return c.refusef(`answer("…") is compared with a plain value`)
	case class(left) != class(right), class(left) == KindList:
		return c.refusef("%s is %s and cannot be compared by %s with %s, which is %s", left.name, left.kind, op, right.name, right.kind)
	}
	return nil
}
