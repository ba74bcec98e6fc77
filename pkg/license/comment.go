package license

import "strings"

// leadingComment gives the comment that a source file begins with, behind a line
// for the shell or the encoding, without its signs. A docstring is one.
func leadingComment(text string) string {
	var out []string
	closing := ""
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > headerLines {
			break
		}
		line = strings.TrimSpace(line)
		if closing != "" {
			before, _, ends := strings.Cut(line, closing)
			out = append(out, strings.TrimLeft(before, "*# \t"))
			if ends {
				closing = ""
			}
			continue
		}
		switch {
		case line == "", strings.HasPrefix(line, "#!"), line == "<?php", strings.HasPrefix(line, "package ") && len(out) == 0:
			out = append(out, "")
		case strings.HasPrefix(line, "//"), strings.HasPrefix(line, "#"), strings.HasPrefix(line, "--"), strings.HasPrefix(line, ";"), strings.HasPrefix(line, "%"):
			out = append(out, strings.TrimLeft(line, "/#-;%! \t"))
		default:
			opens, ends := blockComment(line)
			if opens == "" {
				return strings.TrimSpace(strings.Join(out, "\n"))
			}
			rest := line[len(opens):]
			before, _, closed := strings.Cut(rest, ends)
			out = append(out, strings.TrimLeft(before, "*! \t"))
			if !closed {
				closing = ends
			}
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

func blockComment(line string) (opens, ends string) {
	for _, b := range [][2]string{{"/*", "*/"}, {"<!--", "-->"}, {`"""`, `"""`}, {"'''", "'''"}, {`r"""`, `"""`}, {"{-", "-}"}, {"(*", "*)"}} {
		if strings.HasPrefix(line, b[0]) {
			return b[0], b[1]
		}
	}
	return "", ""
}
