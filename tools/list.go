package tools

import (
	"context"
	"fmt"
	"iter"
	"reflect"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// listSpec is the declaration of a list's tool: A are its arguments, F the filters
// of its operation, T its records.
type listSpec[A, F, T any] struct {
	name, title, about string
	hint               string // see spec
	of                 *records[T]
	// pages walks the operation's pages with its filters: all that an answer
	// depends on for where its records come from.
	pages func(*kombo.Client, context.Context, F) iter.Seq2[kombo.Page[T], error]
	// check, if set, refuses arguments that do not go together.
	check func(*A) error
	// view is the page that shows the answers, "" for none; see Tool.
	view string
	// extend, if set, adds to an answer what its rows cannot hold, such as a picture.
	extend func(*call, *A, *digest.Answer) Answer
}

// newList makes the tool of a list. A mistake in the declaration panics, and every
// test meets it.
func newList[A, F, T any, PA interface {
	*A
	listArguments
}, PF interface {
	*F
	Options() *kombo.ListOptions
}](s listSpec[A, F, T]) *Tool {
	filters, err := filtersOf(reflect.TypeFor[A](), &s.of.resource)
	if err != nil {
		panic(fmt.Sprintf("tool %s: %v", s.name, err))
	}
	targets, err := filterTargets(reflect.TypeFor[F](), filters)
	if err != nil {
		panic(fmt.Sprintf("tool %s: %v", s.name, err))
	}
	l := &listTool{name: s.name, of: &s.of.resource, filters: filters, protects: s.of.strip != nil}
	l.read = func(ctx context.Context, r *reader, filters []sent, options kombo.ListOptions) iter.Seq2[digest.Page, error] {
		var f F
		for _, one := range filters {
			setFilter(reflect.ValueOf(&f).Elem().FieldByIndex(targets[one.param]), one.values)
		}
		*PF(&f).Options() = options
		return readRows(ctx, r, s.of, s.pages(r.client, ctx, f))
	}
	listTools[listName(s.of.table.Name)] = l
	about := fmt.Sprintf("%s where: %s. Columns: %s.", s.about, s.of.table.Example, s.of.table.Describe())
	t := defineAs[A, *digest.Answer](spec{name: s.name, title: s.title, kind: read, about: about, hint: s.hint}, func(ctx context.Context, c *call, args A) (Answer, error) {
		if s.check != nil {
			if err := s.check(&args); err != nil {
				return nil, err
			}
		}
		q := question{listArgs: *PA(&args).list(), shapeArgs: PA(&args).shape(), filters: givenIn(filters, reflect.ValueOf(args)), arguments: args}
		answer, err := l.answer(ctx, c.listDeps(), q)
		if err != nil || s.extend == nil {
			return answer, err
		}
		return s.extend(c, &args, answer), nil
	})
	t.view = s.view
	return t
}

// listDeps is what a list needs of the call and its toolbox.
func (c *call) listDeps() *listDeps {
	return &listDeps{
		client: c.cfg.Client, directories: c.directories, cache: c.cache, recent: c.recent, mask: c.mask, identities: c.identities,
		limits: c.cfg.Limits, secret: c.cfg.Secret, location: c.cfg.Location, now: c.cfg.Now(), html: c.cfg.Documents.HTML, progress: c.Progress,
	}
}
