// Package load measures the server under load, in comparison with a bare server of the
// same library, and keeps it under load for long. Nothing of it is part of the
// program, and its tests need the build tag load.
package load
