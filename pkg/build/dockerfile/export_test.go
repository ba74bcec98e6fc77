package dockerfile

// Expand puts variables into a word; of those that are named in some it is only
// known that they have a value.
func Expand(word string, known map[string]string, some []string, escape byte) (string, bool) {
	v := vars{}
	for name, value := range known {
		v[name] = &value
	}
	for _, name := range some {
		v[name] = nil
	}
	return expand(word, v, escape)
}
