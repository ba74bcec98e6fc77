package license

import (
	"context"
	"path"
)

// Reader works out licences and keeps what it has read of files, by their
// object names, so that a walk over many commits reads each file once. The zero
// value is ready. It is not for use by several goroutines at once.
type Reader struct {
	texts   map[string]reading
	headers map[string]header
	fields  map[string][]said
	failed  map[string]string // why a metadata file cannot be read
}

// Effective is the function [Effective].
func (r *Reader) Effective(ctx context.Context, t Tree, path string) (Evidence, error) {
	s, err := newSurvey(ctx, t, r, path)
	if err != nil {
		return Evidence{}, err
	}
	return s.evidence(), nil
}

// text reads a licence text.
func (r *Reader) text(b Blob) reading {
	if got, ok := r.texts[b.ID]; ok && b.ID != "" {
		return got
	}
	got := readText(b.Text)
	if r.texts == nil {
		r.texts = map[string]reading{}
	}
	r.texts[b.ID] = got
	return got
}

// header reads the header of a file; its ending decides what a comment is.
func (r *Reader) header(b Blob) header {
	key := path.Ext(b.Path) + " " + b.ID
	if got, ok := r.headers[key]; ok && b.ID != "" {
		return got
	}
	got := readHeader(b.Path, b.Text)
	if r.headers == nil {
		r.headers = map[string]header{}
	}
	r.headers[key] = got
	return got
}

// metadata reads a metadata file by the name p.
func (r *Reader) metadata(b Blob, p string) []said {
	key := path.Base(p) + " " + b.ID
	if got, ok := r.fields[key]; ok && b.ID != "" {
		return got
	}
	got, err := readMetadata(p, b.Text)
	if r.fields == nil {
		r.fields, r.failed = map[string][]said{}, map[string]string{}
	}
	r.fields[key] = got
	if err != nil {
		r.failed[key] = err.Error()
	}
	return got
}

// why gives the reason why a metadata file could not be read, or "".
func (r *Reader) why(b Blob, p string) string { return r.failed[path.Base(p)+" "+b.ID] }
