// Package dockerfile reads as much of a Dockerfile as has to be known before it
// is built: its arguments, the platform it asks for, and which paths of the
// context it takes.
//
// Start reading at [Parse]; lines.go makes instructions of the text, words.go
// cuts them into words, scope.go knows the variables, expand.go puts them in.
package dockerfile
