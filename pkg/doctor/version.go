package doctor

import (
	"strconv"

	"github.com/connkit/connkit/internal/pattern"
	"github.com/connkit/connkit/internal/proc"
)

var versionForm = pattern.Lazy(`(\d+)\.(\d+)(?:\.\d+)*(?:(?:a|b|rc)\d+)?`)

// findVersion gives a version with its major and minor number. Warnings go to
// stderr and hold numbers too, so that comes second.
func findVersion(out proc.Output) []string {
	if m := versionForm().FindStringSubmatch(string(out.Stdout)); m != nil {
		return m
	}
	return versionForm().FindStringSubmatch(string(out.Stderr))
}

func atLeast(numbers []string, least [2]int) bool {
	if len(numbers) < 3 {
		return false
	}
	major, _ := strconv.Atoi(numbers[1])
	minor, _ := strconv.Atoi(numbers[2])
	return major > least[0] || major == least[0] && minor >= least[1]
}
