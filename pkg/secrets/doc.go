// Package secrets encrypts and decrypts the configs of connectors with sops,
// in process, and keeps every byte of the text that is not a secret.
//
// A text becomes a [document], whose nodes know their bytes. Sealing loads the
// text with sops's own store, lets sops encrypt the tree, and splices what has
// changed back into the text; opening goes the other way. Only sops.go,
// keys.go and rules.go call the library. Start reading at [Encrypt].
package secrets
