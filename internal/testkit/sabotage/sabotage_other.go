//go:build !linux

// Package sabotage runs a program under which a chosen system call fails. It
// does so on Linux only.
package sabotage

// Main does nothing here.
func Main() error { return nil }
