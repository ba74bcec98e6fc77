// Package platform answers in the place of connkit where it does not run.
//
// It imports what compiles everywhere; start reading at [Refuse].
package platform
