package jsonschema

func (d *Doc) word(w string) error {
	if len(d.text)-d.at < len(w) || string(d.text[d.at:d.at+len(w)]) != w {
		return d.fail()
	}
	d.at += len(w)
	return nil
}

func (d *Doc) str() (escaped bool, err error) {
	text, i := d.text, d.at+1
	for i < len(text) {
		switch c := text[i]; {
		case c == '"':
			d.at = i + 1
			return escaped, nil
		case c == '\\':
			escaped = true
			n := escapeLen(text[i:])
			if n == 0 {
				d.at = i
				return false, d.fail()
			}
			i += n
		case c < 0x20:
			d.at = i
			return false, d.fail()
		default:
			i++
		}
	}
	d.at = len(text)
	return false, d.fail()
}

// escapeLen gives the length of an escape, or 0 for none that JSON knows.
func escapeLen(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(text) < 6 {
			return 0
		}
		for _, c := range text[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (d *Doc) number() error {
	if d.peek() == '-' {
		d.at++
	}
	switch c := d.peek(); {
	case c == '0':
		d.at++
	case '1' <= c && c <= '9':
		d.digits()
	default:
		return d.fail()
	}
	if d.peek() == '.' {
		d.at++
		if !d.digits() {
			return d.fail()
		}
	}
	if d.peek()|0x20 == 'e' {
		d.at++
		if c := d.peek(); c == '+' || c == '-' {
			d.at++
		}
		if !d.digits() {
			return d.fail()
		}
	}
	return nil
}

func (d *Doc) digits() bool {
	start := d.at
	for d.at < len(d.text) && '0' <= d.text[d.at] && d.text[d.at] <= '9' {
		d.at++
	}
	return d.at > start
}
