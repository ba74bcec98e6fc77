package textedit

// SetBeforeRename lets a test act when a draft is whole and not yet in place.
func SetBeforeRename(f func()) { beforeRename = f }
