// Package textedit changes files so that a crash, a full disk or an interrupt
// leaves either the old state or the new one.
//
// [Replace] changes a file that was read, [Create] makes one that was not
// there, [Apply] does both for several files, [WriteTree] makes a folder. Start reading at [Replace].
package textedit
