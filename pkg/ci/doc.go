// Package ci keeps the connectors' entries in the matrices of GitHub Actions
// workflows: it adds and removes them as the only changed bytes, lists and
// checks them, and works out which connectors a change concerns.
//
// Start reading at [Add]; a workflow is read in workflow.go, the place of an
// entry is chosen in choose.go and its text is made in entry.go. What
// concerns [Matrix] begins in changed.go.
package ci
