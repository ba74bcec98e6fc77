package record

import (
	"path"
	"strings"
	"time"
)

// FileName is the record's file in the folder that it is about. That of a
// single file stands beside it: see [File].
const FileName = "UPSTREAM.yaml"

// Version is the version of the format of [FileName].
const Version = 1

// Record says where the content of a folder or file came from.
type Record struct {
	Dest string `json:"dest"` // from the top of the repository; not in the file, which moves with the folder

	Repository string    `json:"repository"`        // URL without user and password
	Ref        string    `json:"ref,omitempty"`     // branch, tag or commit as it was asked for
	FullRef    string    `json:"fullRef,omitempty"` // refs/heads/… or refs/tags/…; "" for a commit and for the old script's imports
	Commit     string    `json:"commit"`            // of the upstream
	Date       time.Time `json:"date,omitzero"`     // when that commit was made
	Path       string    `json:"path"`              // in the upstream; "" is its root
	Tree       string    `json:"tree,omitempty"`    // object name of Path at Commit; imports of the old script have none
	Skipped    []string  `json:"skipped,omitempty"`

	License  License   `json:"license"`
	Carried  []Carried `json:"carried,omitempty"`
	Accepted string    `json:"accepted,omitempty"` // why a licence that was in doubt or against the policy was taken

	Connkit string `json:"connkit,omitempty"` // version that wrote the message; not in the file

	old bool // written by the script that connkit replaces: labels and the git-merge-subpath line alone
}

// License is the licence that was claimed and what proves it.
type License struct {
	ID       string `json:"id"`                 // SPDX expression
	Path     string `json:"path"`               // file in the upstream that was named as proof
	Blob     string `json:"blob,omitempty"`     // object name of that file
	Evidence string `json:"evidence,omitempty"` // what decides, in a line
}

// Carried is a licence text or notice that was copied beside the code.
type Carried struct {
	File string `json:"file"` // from the folder of the record
	From string `json:"from"` // in the upstream
	Blob string `json:"blob"`
}

// Old tells whether the record was written by the script that connkit replaces.
func (r Record) Old() bool { return r.old }

// File gives the path of the record of dest: in the folder, or beside the single file.
func File(dest string, single bool) string {
	if single {
		return dest + "." + FileName
	}
	return path.Join(dest, FileName)
}

// prefix spells the upstream path as the labels do: with a slash behind.
func prefix(p string) string { return p + "/" }

// orRoot spells the path of the root as a dot, where nothing would be overlooked.
func orRoot(p string) string {
	if p == "" {
		return "."
	}
	return p
}

// cleanPath is the inverse of [orRoot] and [prefix], and takes what the old script's callers wrote.
func cleanPath(p string) string {
	p = strings.Trim(path.Clean("/"+p), "/")
	if p == "." {
		return ""
	}
	return p
}

// NextRef gives the ref to update to: the branch of the import. A tag or a
// commit stays what it is, so then it is HEAD, the default branch.
func (r Record) NextRef() string {
	switch branch, ok := strings.CutPrefix(r.FullRef, "refs/heads/"); {
	case ok:
		return branch
	case r.FullRef != "" || r.Ref == "" || strings.Trim(r.Ref, "0123456789abcdef") == "":
		return "HEAD"
	case r.Old() && strings.Contains(r.Ref, "/"):
		return r.Ref[strings.IndexByte(r.Ref, '/')+1:] // it wrote REMOTE/BRANCH
	}
	return r.Ref
}
