package imports

import (
	"strings"
	"time"

	"github.com/connkit/connkit/pkg/license"
	"github.com/connkit/connkit/pkg/upstream/record"
)

// Import is what is recorded of one import.
type Import struct {
	record.Record
	Found    string    `json:"found"`             // where the record is: a file, or the commit of a message
	Imported time.Time `json:"imported,omitzero"` // when it was committed here
	Single   bool      `json:"single,omitempty"`  // it is a file, not a folder
	Script   bool      `json:"script,omitempty"`  // made by the script that connkit replaces
	Gone     bool      `json:"gone,omitempty"`    // HEAD has nothing there any more
	Moved    string    `json:"moved,omitempty"`   // where it was imported to, when it was moved since
	Problem  string    `json:"problem,omitempty"` // why the record's file cannot be read

	file    string   // the record's file in HEAD, or ""
	message *message // that backs it, or nil
}

// message is a record that stands in the message of a commit.
type message struct {
	record.Record
	commit record.Commit
	when   time.Time
}

// claim gives the licence that was recorded; one that SPDX does not know says nothing.
func (im *Import) claim() license.Expression {
	x, err := license.Parse(im.License.ID)
	if err != nil {
		return license.Expression{}
	}
	return x
}

// source gives the repository that it comes from, if its record can be read.
func (im *Import) source() (url string, ok bool) { return im.Repository, im.Problem == "" }

// own gives the files in the folder of the import that are connkit's, from there.
func (im *Import) own() []string {
	list := []string{record.FileName}
	for _, c := range im.Carried {
		list = append(list, c.File)
	}
	return list
}

// within gives a path of the upstream from the import's own, if it lies in that.
func (im *Import) within(p string) (rel string, ok bool) {
	if im.Path == "" {
		return p, true
	}
	return strings.CutPrefix(p, im.Path+"/")
}

// Label names the import's path in its upstream for people.
func (im *Import) Label() string {
	if im.Path == "" {
		return "."
	}
	return im.Path
}
