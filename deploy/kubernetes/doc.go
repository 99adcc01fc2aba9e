// Package kubernetes holds the tests of the manifests beside it.
package kubernetes
