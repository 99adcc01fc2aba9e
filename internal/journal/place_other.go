//go:build !unix

package journal

import "os"

const noFollow = 0

func ownedByOther(os.FileInfo) bool { return false }

func syncDir(string) error { return nil }
