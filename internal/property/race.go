//go:build race

package property

const raced = true
