// Package engine drives the programs that build and keep images: docker with
// each of its builders, podman, nerdctl and buildah.
//
// Start reading at [Find]; probe.go asks the candidates, missing.go tells how to
// get one. What is put on a command line is made by pure functions in build.go
// and bake.go; image.go reads what an engine says of images, steps.go what it
// prints while it builds.
package engine
