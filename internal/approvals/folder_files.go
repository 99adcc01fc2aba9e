package approvals

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

const (
	fileSuffix = ".json"
	lockName   = ".lock"
	// maxFile bounds how much of a file is read: a statement with every byte escaped, and the rest.
	maxFile = 6*MaxStatement + 64<<10
)

// tenantTag is the part of a file name that identifies the tenant, whatever characters its name has.
func tenantTag(tenant string) string {
	sum := sha256.Sum256([]byte(tenant))
	return hex.EncodeToString(sum[:8])
}

func fileName(tenant, id string) string { return tenantTag(tenant) + "-" + id + fileSuffix }

// names lists the files of a scope, including those that have expired or are not valid.
func (f *Folder) names(s Scope) ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, fmt.Errorf("approvals: %w", err)
	}
	tenant, all := s.Tenant()
	want := tenantTag(tenant)
	var names []string
	for _, e := range entries {
		tag, rest, ok := strings.Cut(e.Name(), "-")
		id, suffixed := strings.CutSuffix(rest, fileSuffix)
		if ok && suffixed && IsID(id) && (all || tag == want) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// each calls fn for every approval in the scope that has not expired.
func (f *Folder) each(s Scope, fn func(Approval)) error {
	names, err := f.names(s)
	if err != nil {
		return err
	}
	for _, name := range names {
		a, found, err := f.read(name)
		if err != nil {
			return err
		}
		if found && s.Covers(a.Tenant) && !a.Expired(f.now()) {
			fn(a)
		}
	}
	return nil
}

// one reads the approval with an ID.
func (f *Folder) one(s Scope, id string) (Approval, error) {
	if !IsID(id) {
		return Approval{}, ErrNotFound
	}
	tenant, all := s.Tenant()
	name := fileName(tenant, id)
	if all {
		names, err := f.names(s)
		if err != nil {
			return Approval{}, err
		}
		i := slices.IndexFunc(names, func(n string) bool { return strings.HasSuffix(n, "-"+id+fileSuffix) })
		if i < 0 {
			return Approval{}, ErrNotFound
		}
		name = names[i]
	}
	a, found, err := f.read(name)
	switch {
	case err != nil:
		return Approval{}, err
	case !found || !s.Covers(a.Tenant) || a.Expired(f.now()):
		return Approval{}, ErrNotFound
	}
	return a, nil
}

// errInvalid says that a file was not written by this package.
var errInvalid = errors.New("the file does not contain the approval that its name says")

// read reads a file. One that does not belong to this user, or is not a valid approval, is treated as
// missing, so that it cannot let a write go. One that cannot be read at the moment is an error, since it
// may contain a decision.
func (f *Folder) read(name string) (a Approval, found bool, err error) {
	a, err = readFile(filepath.Join(f.dir, name))
	if err == nil && (!a.Valid() || fileName(a.Tenant, a.ID) != name) {
		err = errInvalid
	}
	switch {
	case err == nil:
		return a, true, nil
	case errors.Is(err, fs.ErrNotExist):
		return Approval{}, false, nil
	case errors.Is(err, ownfile.ErrRefused), errors.Is(err, errInvalid):
		f.log.Warn("file ignored: not a valid approval", "file", name, "err", err)
		return Approval{}, false, nil
	}
	return Approval{}, false, fmt.Errorf("approvals: read an approval: %w", err)
}

func readFile(path string) (a Approval, err error) {
	file, err := ownfile.Open(path, os.O_RDONLY)
	if err != nil {
		return Approval{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	raw, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return Approval{}, err
	}
	// An error of encoding/json could quote the statement.
	if json.Unmarshal(raw, &a) != nil {
		return Approval{}, errInvalid
	}
	return a, nil
}

func (f *Folder) write(a Approval) error {
	raw, err := plainjson.Marshal(a)
	if err != nil {
		return fmt.Errorf("approvals: encode an approval: %w", err)
	}
	if err := ownfile.Replace(filepath.Join(f.dir, fileName(a.Tenant, a.ID)), append(raw, '\n')); err != nil {
		return fmt.Errorf("approvals: store an approval: %w", err)
	}
	return nil
}
