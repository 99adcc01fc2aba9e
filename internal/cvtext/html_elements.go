package cvtext

import "golang.org/x/net/html/atom"

// blockElements start a new line; those that are true, after a blank one.
var blockElements = map[atom.Atom]bool{
	atom.Address: false, atom.Article: false, atom.Aside: false, atom.Body: false,
	atom.Caption: false, atom.Center: false, atom.Dd: false, atom.Details: false,
	atom.Div: false, atom.Dt: false, atom.Fieldset: false, atom.Figcaption: false,
	atom.Figure: false, atom.Footer: false, atom.Form: false, atom.Header: false,
	atom.Html: false, atom.Legend: false, atom.Li: false, atom.Main: false,
	atom.Nav: false, atom.Option: false, atom.Section: false, atom.Summary: false,
	atom.Tr: false,

	atom.Blockquote: true, atom.Dl: true, atom.H1: true, atom.H2: true, atom.H3: true,
	atom.H4: true, atom.H5: true, atom.H6: true, atom.Ol: true, atom.P: true,
	atom.Table: true, atom.Ul: true,
}

// invisibleElements have no content that a page shows.
var invisibleElements = map[atom.Atom]struct{}{
	atom.Audio: {}, atom.Canvas: {}, atom.Datalist: {}, atom.Iframe: {},
	atom.Noscript: {}, atom.Object: {}, atom.Script: {}, atom.Style: {}, atom.Svg: {},
	atom.Template: {}, atom.Title: {}, atom.Video: {},
}

var voidElements = map[atom.Atom]struct{}{
	atom.Area: {}, atom.Base: {}, atom.Br: {}, atom.Col: {}, atom.Embed: {}, atom.Hr: {},
	atom.Img: {}, atom.Input: {}, atom.Link: {}, atom.Meta: {}, atom.Source: {},
	atom.Track: {}, atom.Wbr: {},
}

// optionalEndElements need no end tag: the next one of the kind ends them.
var optionalEndElements = map[atom.Atom]struct{}{
	atom.Dd: {}, atom.Dt: {}, atom.Li: {}, atom.Option: {}, atom.P: {}, atom.Td: {},
	atom.Th: {}, atom.Tr: {},
}

func isList(tag atom.Atom) bool {
	switch tag {
	case atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Select:
		return true
	}
	return false
}
