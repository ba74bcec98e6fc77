// Package run speaks the Flow protocol to a connector on this machine.
//
// [Spec] and [Discover] find the connector's command, start it, ask one
// question and make sure that nothing of it is left. Start reading at [Spec];
// a process's life is in unary.go.
package run
