package record

import (
	"fmt"
	"strings"
)

// subpathToken begins the line by which the old script finds its last import.
const subpathToken = "git-merge-subpath: " //nolint:gosec // no credential

// maxSubject keeps the first line readable in every list of commits.
const maxSubject = 100

// short is how many digits of an object name people are shown.
const short = 12

// Short gives the first digits of an object name.
func Short(id string) string { return id[:min(len(id), short)] }

// field is one line "name: value" of a message.
type field struct{ name, value string }

// labels are the seven lines of the old script, with its spelling and order.
func (r Record) labels() []field {
	return []field{
		{"Remote Repo URL", r.Repository}, {"Source name", r.Ref}, {"Source Commit ID", r.Commit}, {"Source Repo Prefix", prefix(r.Path)},
		{"Import Path", prefix(r.Dest)}, {"License Type", r.License.ID}, {"License Path", r.License.Path},
	}
}

// trailers are the lines that git itself reads out of the last paragraph.
func (r Record) trailers() []field {
	return []field{
		{"SPDX-License-Identifier", r.License.ID}, {"Upstream-Repository", r.Repository}, {"Upstream-Commit", r.Commit},
		{"Upstream-Path", orRoot(r.Path)}, {"Upstream-Tree", r.Tree}, {"License-Path", r.License.Path}, {"License-Blob", r.License.Blob},
		{"License-Evidence", r.License.Evidence}, {"License-Accepted", r.Accepted}, {"Connkit-Version", r.Connkit},
	}
}

// Message gives the message of the commit that makes the import.
func (r Record) Message() string {
	var b strings.Builder
	b.WriteString(subject("import: ", r.Dest, r.Commit) + "\n\n")
	for _, l := range r.labels() {
		fmt.Fprintf(&b, "%s: %s\n", l.name, l.value)
	}
	b.WriteString("\n" + r.block())
	return b.String()
}

// SnapshotMessage gives the message of the commit that holds the upstream's
// files alone. It has the record too, for a rebase keeps this commit and drops
// the merge. Nothing in it depends on the version of connkit.
func (r Record) SnapshotMessage() string {
	r.Connkit, r.Accepted = "", ""
	return subject("upstream: ", r.Dest, r.Commit) + "\n\n" + r.block()
}

func (r Record) block() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s %s %s\n", subpathToken, r.Commit, r.Path, r.Dest)
	for _, t := range r.trailers() {
		if t.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", t.name, t.value)
		}
	}
	return b.String()
}

func subject(verb, dest, commit string) string {
	end := " @ " + Short(commit)
	if over := len([]rune(verb+dest+end)) - maxSubject; over > 0 {
		runes := []rune(dest)
		dest = "…" + string(runes[over+1:]) // the end of a path tells more
	}
	return verb + dest + end
}

// FromMessage reads all records that a message holds, in its order: a squashed
// pull request has several. Lines that are quoted or indented do not count.
// dest helps to tell path and destination apart where either holds a blank; "" is any.
func FromMessage(message, dest string) []Record {
	var list []Record
	seen := map[string]string{} // labels since the last record
	var open *Record            // its trailers may follow
	var places string           // its path and its destination
	for line := range strings.Lines(message) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, subpathToken); ok {
			open = nil
			if r, ok := fromSubpath(rest, dest, seen); ok {
				list = append(list, r)
				open = &list[len(list)-1]
				_, places, _ = strings.Cut(rest, " ")
			}
			seen = map[string]string{}
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			name, value, ok = strings.Cut(line, ":")
		}
		switch {
		case line == "":
			open = nil
		case ok && open != nil:
			open.trailer(name, strings.TrimSpace(value))
			if name == "Upstream-Path" {
				open.split(places, cleanPath(strings.TrimSpace(value)))
			}
		case ok:
			seen[name] = strings.TrimSpace(value)
		}
	}
	return list
}

// fromSubpath reads what follows the token: SHA, path, destination. An empty
// path gives two blanks. The labels know where one ends and the other begins.
func fromSubpath(rest, dest string, seen map[string]string) (Record, bool) {
	commit, rest, ok := strings.Cut(rest, " ")
	if !ok || !isObjectName(commit) {
		return Record{}, false
	}
	var from, to string
	label := strings.TrimRight(seen["Import Path"], "/")
	switch {
	case dest != "" && strings.HasSuffix(rest, " "+dest):
		to = dest
	case label != "" && strings.HasSuffix(rest, " "+label):
		to = label
	default:
		to = rest[strings.LastIndexByte(rest, ' ')+1:]
	}
	if to == "" || !strings.HasSuffix(rest, " "+to) {
		return Record{}, false
	}
	from = strings.TrimSuffix(rest, " "+to)
	r := Record{
		Commit: commit, Path: cleanPath(from), Dest: cleanPath(to), Repository: seen["Remote Repo URL"], Ref: seen["Source name"],
		License: License{ID: seen["License Type"], Path: cleanPath(seen["License Path"])}, old: true,
	}
	return r, true
}

// split reads path and destination where the path is known, so that either may hold a blank.
func (r *Record) split(places, from string) {
	if to, ok := strings.CutPrefix(places, from+" "); ok && to != "" {
		r.Path, r.Dest = from, cleanPath(to)
	}
}

func (r *Record) trailer(name, value string) {
	into := map[string]*string{
		"Upstream-Repository": &r.Repository, "Upstream-Tree": &r.Tree, "SPDX-License-Identifier": &r.License.ID, "License-Path": &r.License.Path,
		"License-Blob": &r.License.Blob, "License-Evidence": &r.License.Evidence, "License-Accepted": &r.Accepted, "Connkit-Version": &r.Connkit,
	}
	if field, ok := into[name]; ok {
		*field = value
	}
	if name == "Upstream-Commit" {
		r.old = false
	}
}

func isObjectName(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}
