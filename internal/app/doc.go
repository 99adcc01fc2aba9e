// Package app puts a server together: from Settings, which a program fills from its flags, to
// toolboxes that work in an ATS and to a server that offers them over stdio or HTTP. It is the one
// place where the parts meet, so that tests of the whole run what ships.
//
// A program that runs tools itself opens an App and makes a Toolbox of it:
//
//	s := app.Defaults()
//	s.Sandbox = true
//	a, err := app.Open(ctx, s, app.Options{Logger: logger})
//	...
//	defer a.Close()
//	box, err := a.Toolbox()
//
// ServeStdio serves one client and ServeHTTP many, of one tenant or of several. A test that brings an
// ATS of its own passes it as Options.Upstream; InSandbox makes one of a sandbox.
//
// Nothing here prints, and nothing reads flags. Errors are for whoever chose the settings: they name
// the flag.
package app
