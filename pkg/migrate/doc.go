// Package migrate finds in a repository what connkit can take the place of:
// shell scripts, calls of them, of sops, flowctl and docker in documents,
// Makefiles, scripts and workflows, and settings that connkit wants.
//
// Start reading at [Scan], which reports and plans, and [Report.Apply], which
// writes what is safe. shell.go says what of a shell's language is understood:
// what is not is reported and never rewritten.
package migrate
