package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"time"
)

// packedFile is one file of a bundle or a package.
type packedFile struct {
	name    string
	mode    os.FileMode
	content []byte
}

func makeBundle(o options) error {
	files, err := bundleFiles(o)
	if err != nil {
		return err
	}
	if o.dir != "" {
		return unpacked(o.dir, files)
	}
	return zipped(o.out, files)
}

// bundleFiles returns the files of a bundle.
func bundleFiles(o options) ([]packedFile, error) {
	m, err := newManifest(o.version, o.goos)
	if err != nil {
		return nil, err
	}
	text, err := readable(m)
	if err != nil {
		return nil, err
	}
	icon, err := iconPNG()
	if err != nil {
		return nil, err
	}
	binary, err := given(o.program)
	if err != nil {
		return nil, err
	}
	return []packedFile{{"manifest.json", 0o644, text}, {m.Icon, 0o644, icon}, {m.Server.EntryPoint, 0o755, binary}}, nil
}

// zipped writes a bundle, reproducibly: the same files give the same bytes.
func zipped(path string, files []packedFile) error {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(f.mode)
		part, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644) //nolint:gosec // it is for everyone
}

func unpacked(dir string, files []packedFile) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // it is for everyone
			return err
		}
		if err := os.WriteFile(path, f.content, f.mode); err != nil {
			return err
		}
	}
	return nil
}
