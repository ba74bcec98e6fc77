// Package doctor looks for the tools that connkit's jobs need, and says which
// version is there, what it is for and how to get it.
//
// [Check] probes them all at once and is the place to start reading; the table
// of tools is in tools.go, how one is asked in probe.go, keys and the editor in
// places.go, connectors that cannot get an environment in connectors.go.
package doctor
