// Package house holds tests about the repository itself: the direction of imports, the
// size of files, whether generated files are up to date and whether the README is true.
package house
