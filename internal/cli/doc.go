// Package cli is connkit's command line: a cobra tree with one file a command.
//
// A command binds flags to the options of one task package, calls it, and
// hands what comes back to the printer. [Main] is the whole program;
// newRoot lists the commands.
package cli
