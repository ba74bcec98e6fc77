//go:build !linux

package textedit

func renameNew(from, to string) error { return renameChecked(from, to) }
