package flow

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var humanPart = regexp.MustCompile(`^(\d+)\s*([a-z]+)\s*`)

// humanTime reads a duration as Flow's catalogs write it: 5m, 1h 30m, 2 days.
func humanTime(text string) (time.Duration, bool) {
	rest, sum := strings.TrimSpace(text), time.Duration(0)
	for first := true; first || rest != ""; first = false {
		m := humanPart.FindStringSubmatch(rest)
		if m == nil {
			return 0, false
		}
		unit := timeUnit(m[2])
		n, err := strconv.ParseInt(m[1], 10, 32)
		if unit == 0 || err != nil {
			return 0, false
		}
		sum += time.Duration(n) * unit
		rest = rest[len(m[0]):]
	}
	return sum, true
}

func timeUnit(name string) time.Duration {
	switch name {
	case "ms", "msec", "millis":
		return time.Millisecond
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return 24 * time.Hour
	case "w", "week", "weeks":
		return 7 * 24 * time.Hour
	}
	return 0
}
