package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
)

func uninstall(cmd *cli.Command, o *installOptions, h hosts.Host, m hosts.Machine, file string) error {
	before, err := h.Read(file)
	if err != nil {
		return err
	}
	e, err := h.Remove(before, o.name)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	done := installed{Host: h.ID, Name: o.name, File: file, Changed: e.Changed(), Removed: e.Changed(), MarkRemoved: e.MarkRemoved}
	if e.Changed() {
		if done.Backup, err = hosts.Save(file, e, time.Now()); err != nil {
			return err
		}
	}
	if err := done.removeKey(o, m, h.KeyFiles(before)[o.name]); err != nil {
		return err
	}
	return done.print(cmd.Root().Writer, o)
}

// removeKey deletes the file with the key that the removed server read, if that is
// wanted and no other server reads it. Otherwise it says that the file is still there.
func (i *installed) removeKey(o *installOptions, m hosts.Machine, file string) (err error) {
	if file = cmp.Or(o.keyFile, file); file == "" && o.deleteKey {
		// The server may have been removed before.
		if file, err = m.KeyFile(); err != nil {
			return err
		}
	}
	if file == "" {
		return nil
	}
	if fi, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil || !fi.Mode().IsRegular() {
		return errors.Join(fmt.Errorf("%s is not a file that can be deleted", file), err)
	}
	if user := readerOf(m, file); user != "" {
		i.KeyKept = file
		i.Next = append(i.Next, fmt.Sprintf("The key stays in %s, which %s reads as well.", file, user))
		return nil
	}
	if !o.deleteKey {
		i.KeyKept = file
		i.Next = append(i.Next, fmt.Sprintf("The key is still in %s. To delete it: add --delete-key to this command and run it again, or delete the file.", file))
		return nil
	}
	i.KeyDeleted = file
	return os.Remove(file)
}

// readerOf names a server in the configuration of a host on this machine that reads the
// key from that file, "" if there is none.
func readerOf(m hosts.Machine, file string) string {
	for _, h := range hosts.All() {
		path, err := h.Path(m)
		if err != nil {
			continue
		}
		text, err := h.Read(path)
		if err != nil {
			continue
		}
		for name, used := range h.KeyFiles(text) {
			if used == file || sameFile(used, file) {
				return fmt.Sprintf("the server %s of %s", name, h.Title)
			}
		}
	}
	return ""
}
