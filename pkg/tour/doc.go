// Package tour walks a connector's whole life in a throw-away monorepo, with
// the commands that a person would type and what they change.
//
// It joins no other task: it starts the connkit program itself, so that what
// is seen is what the program does. Start reading at [Run]; steps.go is the script.
package tour
