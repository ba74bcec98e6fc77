// Package debug runs the process of one call of a connector under a debugger:
// debugpy for Python, dlv for Go.
//
// [NewPlan] reads, checks and decides; [Plan.Apply] writes the editor's entry.
// The [Debugger] of a plan is what pkg/run starts the process with; start
// reading there. Clients come in by a [door], which knows who is attached.
package debug
