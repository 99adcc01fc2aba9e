//go:build !linux

package image

import "os/exec"

func confine(*exec.Cmd, string, uint32) bool { return false }
