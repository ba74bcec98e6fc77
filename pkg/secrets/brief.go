package secrets

import "strings"

// safe is the first line of a library's error, which goes on over many, without what it quotes.
func safe(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return brief(line, 300)
}

// answer is the error of a service in the network, whose reason comes behind
// the first line: its lines without the rules between them, as one.
func answer(err error) string {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.Trim(line, "-{}[],\t\r\n "); line != "" {
			parts = append(parts, line)
		}
	}
	return brief(strings.Join(parts, "; "), 700)
}

func brief(line string, most int) string {
	line = privateKey().ReplaceAllString(line, "…")
	if r := []rune(line); len(r) > most {
		line = string(r[:most]) + "…"
	}
	return line
}
