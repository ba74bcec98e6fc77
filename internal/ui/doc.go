// Package ui is the terminal: what a result, an error, progress and a question look like.
//
// stdout holds results only, stderr everything else. [New] looks at the
// streams once; [UI.Result] and [UI.Error] print, as text or as JSON; a
// [Page] lays out text. It asks the terminal nothing: a colour query stalls
// on terminals that do not answer, so colours are the 16 of ANSI.
package ui
