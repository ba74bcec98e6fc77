package license

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// fetch reads all that was found in one request, and what that refers to in a second.
func (s *survey) fetch(also []string) error {
	var wanted []string
	for _, l := range s.at {
		for _, list := range [][]string{l.licenses, l.texts, l.metadata, l.packages, l.notices, l.reuse} {
			wanted = append(wanted, list...)
		}
	}
	for _, w := range s.works {
		if !isPicture(w) {
			wanted = append(wanted, w)
		}
	}
	if err := s.read(append(wanted, also...)); err != nil {
		return err
	}
	return s.follow()
}

func (s *survey) read(wanted []string) error {
	slices.Sort(wanted)
	wanted = slices.DeleteFunc(slices.Compact(wanted), func(p string) bool { _, have := s.blobs[p]; return have })
	if len(wanted) == 0 {
		return nil
	}
	got, err := s.tree.Read(s.ctx, wanted...)
	if err != nil {
		return err
	}
	maps.Copy(s.blobs, got)
	return nil
}

// isPicture tells whether a file, by its name, holds no text.
func isPicture(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".pdf", ".zip", ".gz", ".tgz", ".jar", ".whl", ".parquet", ".avro", ".woff", ".woff2", ".ttf", ".mp4", ".xlsx", ".bin", ".so", ".exe":
		return true
	}
	return false
}
