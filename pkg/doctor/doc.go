// Package doctor looks for the tools that connkit's jobs need, and says which
// version is there, what it is for and how to get it.
//
// [Check] probes them all at once; the table of tools is in tools.go.
package doctor
