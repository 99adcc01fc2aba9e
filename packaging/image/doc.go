// Package image holds the tests of the Dockerfile.
package image
