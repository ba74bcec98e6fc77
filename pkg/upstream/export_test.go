package upstream

// SetReached lets a test act between the steps of an apply.
func SetReached(f func(string)) { reached = f }

// SetLink makes hard links fail as on a file system that has none.
func SetLink(f func(from, to string) error) { link = f }
