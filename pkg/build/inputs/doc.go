// Package inputs tells what goes into an image: the files of the build context
// that a Dockerfile takes, as .dockerignore leaves them, and the hash of them.
//
// Start reading at [Open]; walk.go finds the files, digest.go sums them up,
// archive.go packs them for an engine.
package inputs
