package suspect

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"math"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/connkit/connkit/internal/pattern"
)

// publicWords are words of names whose values are random and meant to be seen.
var publicWords = []string{"id", "ids", "uuid", "guid", "sha", "hash", "digest", "checksum", "commit", "revision", "rev", "etag", "version", "fingerprint", "thumbprint", "cursor", "state", "bookmark", "checkpoint", "lsn", "gtid", "icon", "logo", "image", "avatar", "svg", "photo", "arn", "url", "uri", "host", "hostname", "endpoint", "server", "servers", "address", "path", "file", "filename", "glob", "email", "user", "username", "region", "query", "sql", "schema", "selector", "regex", "pattern", "format", "public", "certificate", "cert", "certs", "ca", "modulus", "spreadsheet", "folder", "description", "comment", "title", "recipient", "pgp", "nonce", "salt", "integrity", "property", "properties", "bucket", "dataset", "table", "column", "field", "fields", "hex", "identifier", "principal", "subject", "issuer", "audience", "scope", "scopes"}

func (k keyName) isIdentity() bool {
	for i, w := range k.words {
		if slices.Contains(publicWords, w) {
			return true
		}
		for _, end := range []string{"id", "uuid"} { // accountid, but not "paid" or "valid"
			if i == len(k.words)-1 && len(w) > 6 && strings.HasSuffix(w, end) {
				return true
			}
		}
	}
	return false
}

// Random tells that a value looks as if drawn by chance: one word in which
// case, letters and figures change more often than in names that people make.
func Random(value string) bool {
	if len(value) < 12 || len(value) > 4096 || strings.ContainsAny(value, " \t\r\n") || plainKinds().MatchString(value) {
		return false
	}
	if isMixed(value) {
		return true
	}
	if public := isPublicBinary(value); public {
		return false
	}
	for _, piece := range pieces(value) {
		if isRandomWord(piece) {
			return true
		}
	}
	return false
}

// pieces parts a value where names have their marks. Those of base64 part it
// only when they are too many for a random text.
func pieces(value string) []string {
	if !strings.Contains(value, "://") && base64Text().MatchString(value) && strings.Count(value, "/") <= 1+len(value)/16 {
		value = strings.NewReplacer("/", "", "+", "", "=", "").Replace(value)
	}
	return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(`-_./:\,;=@|?&#+~`, r) })
}

var (
	base64Text = pattern.Lazy(`^[A-Za-z0-9+/]{16,}={0,2}$`)
	wordText   = pattern.Lazy(`^[A-Za-z0-9]+$`)
	camelText  = pattern.Lazy(`^(?:[A-Z][a-z]+|[a-z]{2,}|[A-Z]{2,}|[0-9]+)+$`)
	markedText = pattern.Lazy(`^[A-Za-z0-9!@#$%^&*~?+=_.-]+$`)
)

func isRandomWord(w string) bool {
	if len(w) < 20 || !wordText().MatchString(w) || camelText().MatchString(w) {
		return false
	}
	upper, lower, digits, changes := classes(w)
	share := float64(changes) / float64(len(w)-1)
	bits := entropy(w)
	switch {
	case upper > 0 && lower > 0 && (digits > 0 || len(w) >= 24):
		return share >= 0.38 && bits >= 3.5
	case digits*100 >= len(w)*12 && len(w) >= 24: // hex, base32, base36
		return share >= 0.25 && bits >= 3.0
	}
	return false
}

// isMixed tells of passwords as generators make them: with all four kinds of characters.
func isMixed(value string) bool {
	if len(value) > 64 || !markedText().MatchString(value) || !strings.ContainsAny(value, "!@#$%^&*~") || strings.Contains(value, "%Y") {
		return false
	}
	upper, lower, digits, changes := classes(value)
	return upper > 0 && lower > 0 && digits > 0 && changes*2 >= len(value)-1
}

// classes counts characters by kind, and how often the kind changes.
func classes(s string) (upper, lower, digits, changes int) {
	last := byte(0)
	for i := range len(s) {
		kind := byte('m')
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			upper, kind = upper+1, 'u'
		case c >= 'a' && c <= 'z':
			lower, kind = lower+1, 'l'
		case c >= '0' && c <= '9':
			digits, kind = digits+1, 'd'
		}
		if i > 0 && kind != last {
			changes++
		}
		last = kind
	}
	return upper, lower, digits, changes
}

// entropy gives the bits a character carries (Shannon), from the characters of s alone.
func entropy(s string) float64 {
	counts := map[rune]int{}
	n := 0.0
	for _, r := range s {
		counts[r]++
		n++
	}
	bits := 0.0
	for _, c := range counts {
		p := float64(c) / n
		bits -= p * math.Log2(p)
	}
	return bits
}

// isPublicBinary tells of base64 of prose, an image, an archive, a certificate or a public key.
func isPublicBinary(value string) bool {
	raw := decodeBase64(value)
	if raw == nil {
		return false
	}
	if bytes.IndexByte(raw, ' ') > 0 && utf8.Valid(raw) && isPrintable(raw) { // a text, which was looked at
		return true
	}
	if _, err := x509.ParseCertificate(raw); err == nil {
		return true
	}
	if _, err := x509.ParsePKIXPublicKey(raw); err == nil {
		return true
	}
	kind := http.DetectContentType(raw)
	return strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "font/") || kind == "application/pdf" || kind == "application/zip" || kind == "application/x-gzip" || bytes.Contains(raw[:min(len(raw), 200)], []byte("<svg"))
}

// decodeBase64 gives what a text of 24 characters or more is the base64 of, or nil.
func decodeBase64(value string) []byte {
	if len(value) < 24 || strings.ContainsAny(value, " \t") {
		return nil
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if raw, err := enc.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(value)); err == nil {
			return raw
		}
	}
	return nil
}
