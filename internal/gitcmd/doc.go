// Package gitcmd runs the git program the way connkit needs it: in English for
// parsing, without the variables of a surrounding git command, with settings
// that hold a URL handed over in the environment and never on a command line.
//
// [Git] runs it, [Open] tells where a repository's parts are, [Redact] takes
// credentials out of a URL. Start reading at [Git].
package gitcmd
