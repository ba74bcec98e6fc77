package secrets

import "strings"

// nearMiss tells whether a key was meant to end in the suffix and does not: in other
// capitals, with another separator, or with a slip of the fingers at its end.
func nearMiss(key, suffix string) bool {
	if strings.HasSuffix(key, suffix) {
		return false
	}
	name, want := strings.ToLower(key), strings.ToLower(suffix)
	if strings.HasSuffix(name, want) {
		return true
	}
	if trimmed := strings.TrimRight(name, " \t_-.:"); trimmed != name && strings.HasSuffix(trimmed, want) {
		return true
	}
	word := strings.TrimLeft(want, "_-. ")
	if rest, ok := strings.CutSuffix(name, word); ok && word != want && len(word) > 3 && rest != "" && (strings.HasSuffix(word, "sops") || strings.ContainsAny(rest[len(rest)-1:], "_-. ")) {
		return !strings.HasSuffix(word, "sops") || !isEnglish(name)
	}
	if end := name[max(len(name)-len(want)-1, 0):]; strings.IndexByte(end, want[0]) < 0 {
		return false // all slips begin as the suffix does
	}
	for _, slip := range slips(want) {
		if strings.HasSuffix(name, slip) && len(name) > len(slip) {
			return true
		}
	}
	return false
}

// isEnglish are words that end in "sops" themselves.
func isEnglish(word string) bool {
	return strings.HasSuffix(word, "milksops") || strings.HasSuffix(word, "aesops")
}

// slips are ways to mistype a suffix: two letters swapped, one twice, one left out.
// The first letter, a separator as a rule, stays, and a slip that is a word of its
// own ("_ops") is none.
func slips(suffix string) []string {
	var out []string
	add := func(s string) {
		if s != suffix && s != "_ops" && len(s) > 3 {
			out = append(out, s)
		}
	}
	add(suffix + "s")
	for i := 1; i < len(suffix); i++ {
		add(suffix[:i] + suffix[i:i+1] + suffix[i:])
		add(suffix[:i] + suffix[i+1:])
		if i+1 < len(suffix) {
			add(suffix[:i] + suffix[i+1:i+2] + suffix[i:i+1] + suffix[i+2:])
		}
	}
	return out
}
