// Package kubernetes holds the tests of the manifests in its folder.
package kubernetes
