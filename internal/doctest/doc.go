// Package doctest holds the documents to the program: every console block of
// the README and of docs/ is run and compared, every command and flag that they
// name is there, every link leads somewhere, every command has its page.
//
// It is tests alone; start reading at TestConsole. A page says in comments that
// no reader sees what its blocks need: see script_test.go.
package doctest
