package textedit

import "os"

func renameChecked(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return ErrExists
	}
	return os.Rename(from, to)
}
