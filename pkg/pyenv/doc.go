// Package pyenv finds and makes the Python environment of a connector.
//
// [Find] looks for one that is there. [NewPlan] decides which tool makes one
// and how, [Plan.Apply] runs it; start reading there. The tool is chosen by the
// lock file, since an environment from another tool would hold other versions.
// [Inspect] and [Pythons] look without making anything.
package pyenv
