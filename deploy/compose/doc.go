// Package compose holds the tests of the Compose file in its folder.
package compose
