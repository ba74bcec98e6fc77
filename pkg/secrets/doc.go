// Package secrets encrypts and decrypts the configs of connectors with sops,
// in process, and keeps every byte of the text that is not a secret.
//
// A text becomes a document, whose nodes know their bytes. Sealing (weave,
// finish) loads it with sops's own store, lets sops encrypt the tree, and
// splices what has changed into the text; opening (unlock) goes the other way;
// reseal seals an edited text with the key and the ciphertexts that it had.
// Start reading at [Encrypt] and [Open].
package secrets
