package digest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// The size of an expression bounds the work for one record, since an expression
// has no loops.
const (
	maxWhereBytes = 4000
	maxWhereNodes = 500
)

// verdict is the result of an expression for a record. Comparisons with a missing
// value count as false: holds is set if the expression is then true, undecided if
// a value in its place could have changed that.
type verdict uint8

const (
	holds verdict = 1 << iota
	undecided
)

func verdictOf(b bool) verdict {
	if b {
		return holds
	}
	return 0
}

type test func(*Row) verdict

// leaf is a comparison that is false if the value of its column is missing.
type leaf struct {
	label string
	test  test
}

// where is a compiled expression.
type where struct {
	test       test
	leaves     []leaf
	conditions []Condition
	questions  []string
	notes      []string
}

// Condition is a comparison that every matching record satisfies: one of the
// operands of && at the top level of where, with the column on the left.
type Condition struct {
	Column string
	// Op is one of == != < <= > >= in contains.
	Op string
	// Values are the right side: several for in, a single [Missing] for nil. A
	// date means the start of its day in the query's location.
	Values []Value
}

// compiler compiles an expression and checks it against a table.
type compiler struct {
	table *Table
	loc   *time.Location
	now   time.Time
	uses  []bool
	out   *where
}

func compileWhere(t *Table, text string, loc *time.Location, now time.Time, uses []bool) (*where, error) {
	c := &compiler{table: t, loc: loc, now: now, uses: uses, out: &where{}}
	if strings.TrimSpace(text) == "" {
		return c.out, nil
	}
	if len(text) > maxWhereBytes {
		return nil, c.refuse(fmt.Sprintf("the expression has %d bytes; at most %d are allowed", len(text), maxWhereBytes))
	}
	config := conf.CreateNew()
	config.MaxNodes = maxWhereNodes
	config.DisableIfOperator = true
	for name := range config.Builtins {
		config.Disabled[name] = true
	}
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, c.refuse(syntaxSentence(text, err))
	}
	c.out.test, err = c.boolean(tree.Node)
	if err != nil {
		return nil, err
	}
	c.collectConditions(tree.Node)
	return c.out, nil
}

// syntaxSentence returns the parser's message and position, without its drawing,
// and a hint for those who write SQL or Python.
func syntaxSentence(text string, err error) string {
	var at *file.Error
	if !errors.As(err, &at) {
		return err.Error()
	}
	s := fmt.Sprintf("%s at character %d", at.Message, at.Column+1)
	upper := " " + strings.ToUpper(text) + " "
	switch {
	case strings.Contains(text, " AND ") || strings.Contains(text, " OR ") || strings.Contains(text, " NOT "):
		s += "; write && || not"
	case strings.Contains(upper, " LIKE ") || strings.Contains(upper, " ILIKE "):
		s += "; write contains instead of LIKE"
	case strings.Contains(upper, " IS "):
		s += "; write == nil or != nil"
	case strings.Contains(upper, " IN (") || strings.Contains(upper, " IN("):
		s += `; write in ["a", "b"]`
	case strings.Contains(strings.NewReplacer("==", "", "!=", "", "<=", "", ">=", "").Replace(text), "="):
		s += "; write == to compare"
	}
	return s
}

// refuse returns an error with all that is needed to correct the expression: the
// columns, the grammar and an example.
func (c *compiler) refuse(problem string) error {
	s := "where: " + c.table.withColumns(problem) + `; operators: == != < <= > >= && || not in contains, == nil, date("2026-10-01"), today(), days_since(column)`
	if c.table.HasAnswers {
		s += `, answer("question")`
	}
	if c.table.Example != "" {
		s += "; example: " + c.table.Example
	}
	return errors.New(s)
}

func (c *compiler) refusef(format string, args ...any) error {
	return c.refuse(fmt.Sprintf(format, args...))
}

// boolean compiles an expression that is true or false.
func (c *compiler) boolean(n ast.Node) (test, error) {
	switch n := n.(type) {
	case *ast.BoolNode:
		v := verdictOf(n.Value)
		return func(*Row) verdict { return v }, nil
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return c.not(n.Node)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "&&", "and":
			return c.combine(n, and)
		case "||", "or":
			return c.combine(n, or)
		}
		// In the grammar, not binds tighter than ==, but nobody who writes
		// not stage == "Offer" means (not stage) == "Offer".
		if u, ok := n.Left.(*ast.UnaryNode); ok && (u.Operator == "not" || u.Operator == "!") {
			return c.not(&ast.BinaryNode{Operator: n.Operator, Left: u.Node, Right: n.Right})
		}
		return c.comparison(n)
	case *ast.IdentifierNode:
		o, err := c.columnOperand(n.Value)
		if err != nil {
			return nil, err
		}
		if o.kind != KindBool {
			return nil, c.refusef("%s is %s, not true/false: compare it with something", o.name, o.kind)
		}
		return func(r *Row) verdict { return verdictOf(o.get(r).IsTrue()) }, nil
	}
	return nil, c.refusef("%s is not a comparison", describeNode(n))
}

func (c *compiler) not(n ast.Node) (test, error) {
	t, err := c.boolean(n)
	if err != nil {
		return nil, err
	}
	return func(r *Row) verdict { return t(r) ^ holds }, nil
}

func (c *compiler) combine(n *ast.BinaryNode, join func(a, b test) test) (test, error) {
	a, err := c.boolean(n.Left)
	if err != nil {
		return nil, err
	}
	b, err := c.boolean(n.Right)
	if err != nil {
		return nil, err
	}
	return join(a, b), nil
}

// and and or track what a missing value leaves undecided, as in three-valued
// logic: an operand that is false decides and, one that is true decides or.
func and(a, b test) test {
	return func(r *Row) verdict {
		va := a(r)
		if va == 0 {
			return 0
		}
		vb := b(r)
		if vb == 0 {
			return 0
		}
		return va&vb&holds | (va|vb)&undecided
	}
}

func or(a, b test) test {
	return func(r *Row) verdict {
		va := a(r)
		if va == holds {
			return holds
		}
		vb := b(r)
		if vb == holds {
			return holds
		}
		return va | vb
	}
}

// undecidedLeaves calls yield once for each column whose missing value made the
// record fail.
func (w *where) undecidedLeaves(r *Row, yield func(label string)) {
	for i, l := range w.leaves {
		if l.test(r)&undecided == 0 {
			continue
		}
		seen := false
		for _, earlier := range w.leaves[:i] {
			seen = seen || earlier.label == l.label && earlier.test(r)&undecided != 0
		}
		if !seen {
			yield(l.label)
		}
	}
}

// collectConditions collects the conditions that are implied by the expression.
func (c *compiler) collectConditions(n ast.Node) {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		c.boolCondition(n, true)
		return
	}
	if b.Operator == "&&" || b.Operator == "and" {
		c.collectConditions(b.Left)
		c.collectConditions(b.Right)
		return
	}
	left, right, op, err := c.sides(b)
	switch {
	case err != nil || !right.isConst():
	case left.daysSince:
		c.sinceCondition(left, right.consts[0], op)
	case left.column >= 0:
		c.out.conditions = append(c.out.conditions, Condition{Column: left.name, Op: op, Values: right.consts})
	}
}

// sinceCondition adds days_since(created) <= 7 as created >= an instant.
func (c *compiler) sinceCondition(left *operand, days Value, op string) {
	const century = 36_600
	i, ok := c.table.column(left.name)
	n := days.Float()
	if !ok || mirroredOps[op] == op || days.kind != KindNumber || math.Abs(n) > 10*century {
		return
	}
	bound := Value{kind: KindInstant, num: c.now.UnixMicro() - int64(math.Round(n*microsOfDay))}
	if c.table.Columns[i].Kind == KindDate {
		if n != math.Trunc(n) {
			return
		}
		bound = Value{kind: KindDate, num: dayOf(c.now.In(c.loc)) - int64(n)}
	}
	c.out.conditions = append(c.out.conditions, Condition{left.name, mirroredOps[op], []Value{bound}})
}

// boolCondition turns a true/false column on its own, negated or not, into a
// condition.
func (c *compiler) boolCondition(n ast.Node, want bool) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			c.boolCondition(n.Node, !want)
		}
	case *ast.IdentifierNode:
		if i, ok := c.table.column(n.Value); ok && want {
			// There is no condition for the negated column: a missing value is
			// not true, but it does not equal false either.
			c.out.conditions = append(c.out.conditions, Condition{c.table.Columns[i].Name, "==", []Value{Bool(true)}})
		}
	}
}

// clip shortens text of the caller for an error message.
func clip(s string) string { return shorten(Clean(s), 60) }

// describeNode describes a node without printing it: the nodes of a chained
// comparison are shared, so that printing nested ones takes exponential time.
func describeNode(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return clip(n.Value)
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode:
		return clip(n.String())
	case *ast.BinaryNode:
		return "the expression with " + clip(n.Operator)
	case *ast.UnaryNode:
		return "the expression with " + clip(n.Operator)
	case *ast.BuiltinNode:
		return clip(n.Name) + "()"
	case *ast.MemberNode:
		return "a value with . or [ ]"
	default:
		return "this kind of expression"
	}
}
