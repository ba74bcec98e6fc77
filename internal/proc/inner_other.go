//go:build !linux

package proc

// inGroup cannot see other programs' names here.
func inGroup(string, int) []int { return nil }
