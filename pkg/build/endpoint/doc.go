// Package endpoint points a task of a catalog file at an image or back at the
// local command. What is not in use is left in the file as comments, so that
// there and back gives the original bytes, also after a commit or by another person.
//
// Start reading at [Switch]; spot.go finds the endpoint, block.go edits the endpoints that stand on lines of
// their own, flow.go those in braces.
package endpoint
