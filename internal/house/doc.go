// Package house holds tests about the repository itself: which way imports
// point, how large files grow, whether what is generated is up to date and what
// the README says is true.
package house
