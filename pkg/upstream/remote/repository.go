package remote

import (
	"os"
	"path"
	"path/filepath"
)

// initBare makes a bare repository, if there is none, without a git process.
func initBare(dir, format string) error {
	if info, err := os.Stat(filepath.Join(dir, "HEAD")); err == nil && info.Size() > 0 { // a full disk leaves an empty one
		return nil
	}
	for _, sub := range []string{"objects/info", "objects/pack", "refs/heads"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	config := "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[gc]\n\tauto = 0\n[fetch]\n\tunpackLimit = 1\n\tnegotiationAlgorithm = noop\n" +
		"[maintenance]\n\tauto = false\n[extensions]\n"
	if format == "sha256" {
		config += "\tobjectFormat = sha256\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		return err
	}
	// HEAD makes it a repository, so it comes last.
	return os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/none\n"), 0o600)
}

// mostPacks is how many fetches a repository of the cache takes before it is made anew.
const mostPacks = 60

// sweep removes what a killed git left in a repository that nobody else uses
// now, and the repository when too many fetches have piled up in it: it is a cache.
func sweep(dir string) {
	if len(matching(filepath.Join(dir, "objects", "pack"), "*.pack")) > mostPacks {
		_ = os.RemoveAll(dir) // what cannot be removed is used on
		return
	}
	for sub, patterns := range map[string][]string{".": {"*.lock"}, "objects/pack": {"tmp_*", "*.keep"}, "objects": {"tmp_*"}} {
		for _, pattern := range patterns {
			for _, f := range matching(filepath.Join(dir, sub), pattern) {
				_ = os.RemoveAll(f) // git tells when it is in the way
			}
		}
	}
}

// matching lists what lies in a folder under names of a pattern. It is no glob
// of the whole path: the folder is the user's, and its name may hold brackets.
func matching(dir, pattern string) []string {
	entries, _ := os.ReadDir(dir) // a folder that is not there holds nothing
	var list []string
	for _, e := range entries {
		if ok, _ := path.Match(pattern, e.Name()); ok {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}
