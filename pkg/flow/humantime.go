package flow

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/connkit/connkit/internal/pattern"
)

var humanPart = pattern.Lazy(`^(\d+)\s*([a-zA-Z]+)\s*`)

// humanTime reads a duration as Flow's catalogs write it: 5m, 1h 30m, 2 days.
func humanTime(text string) (time.Duration, bool) {
	rest, sum := strings.TrimSpace(text), time.Duration(0)
	for first := true; first || rest != ""; first = false {
		m := humanPart().FindStringSubmatch(rest)
		if m == nil {
			return 0, false
		}
		unit := timeUnit(m[2])
		n, err := strconv.ParseInt(m[1], 10, 64)
		if unit == 0 || err != nil || n > int64((math.MaxInt64-sum)/unit) {
			return 0, false
		}
		sum += time.Duration(n) * unit
		rest = rest[len(m[0]):]
	}
	return sum, true
}

// timeUnit gives a unit of the crate humantime, which reads them for Flow. Only
// m and M are told apart by their case: minutes and months.
func timeUnit(name string) time.Duration {
	const day = 24 * time.Hour
	switch name {
	case "ns", "nsec", "nanos":
		return time.Nanosecond
	case "us", "usec", "micros":
		return time.Microsecond
	case "ms", "msec", "millis":
		return time.Millisecond
	case "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return day
	case "w", "wk", "wks", "week", "weeks":
		return 7 * day
	case "M", "month", "months":
		return 2_630_016 * time.Second // 30.44 days
	case "y", "yr", "yrs", "year", "years":
		return 31_557_600 * time.Second // 365.25 days
	}
	return 0
}
