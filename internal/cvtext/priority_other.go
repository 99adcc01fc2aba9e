//go:build !linux

package cvtext

// lowerPriority does nothing: the priority of one thread is Linux's.
func lowerPriority() {}
