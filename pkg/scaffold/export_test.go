package scaffold

// GitBlob is the name that git gives a text as an object.
func GitBlob(text string) string { return gitBlob([]byte(text)) }
