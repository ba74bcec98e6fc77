package jsonschema

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/pattern"
)

// formats are those that Flow checks (flow: crates/json, Format). Others say nothing.
var formats = map[string]func(string) bool{
	"date":      func(s string) bool { return parses(time.DateOnly, s) },
	"date-time": isDateTime,
	"time":      func(s string) bool { return isDateTime("2026-01-01T" + s) },
	"duration":  func(s string) bool { return s != "P" && !strings.HasSuffix(s, "T") && durationForm().MatchString(s) },
	"email":     func(s string) bool { return emailForm().MatchString(s) },
	"hostname":  func(s string) bool { return len(s) <= 253 && hostForm().MatchString(s) },
	"ipv4":      func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"ipv6":      func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() && a.Zone() == "" },
	"macaddr":   func(s string) bool { return macForm().MatchString(s) },
	"uuid":      func(s string) bool { return uuidForm().MatchString(s) },
	"uri": func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && u.IsAbs() && !oddInURI().MatchString(s)
	},
	"uri-reference":         func(s string) bool { _, err := url.Parse(s); return err == nil && !oddInURI().MatchString(s) },
	"json-pointer":          func(s string) bool { return pointerForm().MatchString(s) },
	"relative-json-pointer": func(s string) bool { return relativePointerForm().MatchString(s) },
	"regex":                 func(s string) bool { _, err := regexp.Compile(s); return err == nil },
	"integer":               func(s string) bool { return integerForm().MatchString(s) },
	"number":                isNumberText,
}

var (
	durationForm        = pattern.Lazy(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$`)
	emailForm           = pattern.Lazy(`^[^@\s]+@[^@\s]+$`)
	hostForm            = pattern.Lazy(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)
	macForm             = pattern.Lazy(`^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$`)
	uuidForm            = pattern.Lazy(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	oddInURI            = pattern.Lazy("[\\s<>\"{}|\\\\^`]")
	pointerForm         = pattern.Lazy(`^(/([^~/]|~[01])*)*$`)
	relativePointerForm = pattern.Lazy(`^(0|[1-9]\d*)(#|(/([^~/]|~[01])*)*)$`)
	integerForm         = pattern.Lazy(`^-?\d+$`)
)

func parses(layout, s string) bool {
	_, err := time.Parse(layout, s)
	return err == nil
}

// isDateTime wants RFC 3339: with an offset. A blank for the T and a leap
// second are taken too.
func isDateTime(s string) bool {
	if len(s) < len("2026-01-01T00:00:00Z") || s[13] != ':' { // Go takes an hour of one digit
		return false
	}
	if offset := s[len(s)-len("+24:00"):]; strings.ContainsAny(offset[:1], "+-") && offset[1:3] > "23" { // and an offset of a day
		return false
	}
	b := []byte(s)
	if b[10] == 't' || b[10] == ' ' {
		b[10] = 'T'
	}
	if b[len(b)-1] == 'z' {
		b[len(b)-1] = 'Z'
	}
	if b[17] == '6' && b[18] == '0' {
		b[17], b[18] = '5', '9'
	}
	return !strings.ContainsRune(s, ',') && parses(time.RFC3339, string(b))
}

func isNumberText(s string) bool {
	if s == "NaN" || s == "Infinity" || s == "-Infinity" {
		return true
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && !strings.ContainsAny(s, "xX_nNpP")
}
