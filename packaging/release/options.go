package main

import "flag"

// options are what the command line says of the part that is made.
type options struct {
	// version is that of the release, with or without a leading v.
	version string
	// goos and goarch are the platform of the program, as Go names it.
	goos, goarch string
	// program is the path of the built program, license that of the licence.
	program, license string
	// out is the file or folder to write.
	out string
	// dir is a folder for a bundle's files, which are then not packed.
	dir string
	// files are the bundles that the registry is told of.
	files []string
}

// parseOptions reads the arguments after the name of the part.
func parseOptions(args []string) (o options, err error) {
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "0.1.0", "the version of the release")
	flags.StringVar(&o.goos, "os", "linux", "the system of the program, as Go names it")
	flags.StringVar(&o.goarch, "arch", "amd64", "the architecture of the program, as Go names it")
	flags.StringVar(&o.program, "program", "", "the built program; without one, npm makes the package that starts it")
	flags.StringVar(&o.license, "license", "LICENSE", "the text of the licence, for the packages of npm")
	flags.StringVar(&o.out, "out", "", "the bundle to write, or the folder for a package of npm")
	flags.StringVar(&o.dir, "dir", "", "write the bundle's files to this folder instead of packing them")
	err = flags.Parse(args[1:])
	o.files = flags.Args()
	return o, err
}
