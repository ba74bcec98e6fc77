package gitcmd

import (
	"net/url"
	"strings"

	"github.com/connkit/connkit/internal/pattern"
)

// Redact takes user, password and query out of a URL. An ssh address keeps the
// user git, by which all hosts are reached alike; another one is a person's own.
func Redact(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return redactShort(raw)
	}
	host, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, _, _ := strings.Cut(host[:at], ":")
		host = host[at+1:]
		if user == "git" && strings.Contains(scheme, "ssh") {
			host = "git@" + host
		}
	}
	if strings.HasPrefix(scheme, "http") {
		path, _, _ = strings.Cut(path, "?")
		path, _, _ = strings.Cut(path, "#")
	}
	if slash {
		path = "/" + path
	}
	return scheme + "://" + host + path
}

// redactShort redacts host:path, the short form of ssh addresses.
func redactShort(raw string) string {
	host, path, ok := strings.Cut(raw, ":")
	if !ok || strings.Contains(host, "/") {
		return raw // a path of this machine
	}
	user, name, ok := strings.Cut(host, "@")
	if !ok || user == "git" {
		return raw
	}
	return name + ":" + path
}

// Secrets gives the user and password that a URL holds, decoded.
func Secrets(raw string) (user, password string) {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return "", ""
	}
	password, _ = u.User.Password()
	return u.User.Username(), password
}

var userInfo = pattern.Lazy(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s'"@]*(?:@[^/\s'"@]*)*@`)

var query = pattern.Lazy(`(https?://[^\s'"?]*)\?[^\s'"]*`)

// Scrub takes users, passwords and queries out of all URLs in a text, such as a
// message of git, and with them the given URL's own in any other place.
func Scrub(text, rawURL string) string {
	if user, password := Secrets(rawURL); password != "" {
		text = strings.ReplaceAll(text, password, "***")
	} else if len(user) > 8 { // a token; a short one is a name
		text = strings.ReplaceAll(text, user, "***")
	}
	if bare := Redact(rawURL); bare != rawURL {
		text = strings.ReplaceAll(text, rawURL, bare)
	}
	text = query().ReplaceAllString(text, "$1")
	return userInfo().ReplaceAllStringFunc(text, func(m string) string {
		scheme, _, _ := strings.Cut(m, "://")
		if strings.HasSuffix(m, "://git@") {
			return m
		}
		return scheme + "://"
	})
}
