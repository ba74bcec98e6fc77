// Package textedit changes files so that a crash, a full disk or an interrupt
// leaves either the old state or the new one.
//
// [WriteFile] replaces one file, [WriteTree] makes a folder that was not there.
package textedit
