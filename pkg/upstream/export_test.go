package upstream

// SetReached lets a test act between the steps of an apply.
func SetReached(f func(string)) { reached = f }
