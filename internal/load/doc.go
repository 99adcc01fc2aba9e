// Package load holds what measures the server under load, beside a bare server
// of the same library, and what leaves it under load for long. Nothing here is
// built into the program, and nothing runs without the build tag load.
package load
