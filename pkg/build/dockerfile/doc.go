// Package dockerfile reads as much of a Dockerfile as has to be known before it
// is built: its arguments, the platform it asks for, and which paths of the
// context it takes.
//
// Start reading at [Parse]; lines.go makes instructions of the text, expand.go
// puts the values of arguments into words.
package dockerfile
