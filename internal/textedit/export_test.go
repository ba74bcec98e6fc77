package textedit

// SetBeforeRename lets a test act when a draft is whole and not yet in place.
func SetBeforeRename(f func()) { beforeRename = f }

// SetStep lets a test act, or fail, before each step of a write. What comes
// back puts things right again.
func SetStep(f func(name string) error) (restore func()) {
	was := step
	step = f
	return func() { step = was }
}
