// Package object reads and writes git's objects: blobs, trees, commits.
//
// go-git does the work, as it needs no process for each object; where it
// cannot read a store (object names of SHA-256, an object that only git
// finds) the git program does. Start reading at [Store].
package object
