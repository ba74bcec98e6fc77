package build

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/connkit/connkit/pkg/build/engine"
	"github.com/connkit/connkit/pkg/workspace"
)

// label makes the labels. What a build of the same inputs could not repeat, such
// as the time, is in labels alone, which are no part of the hash.
func (o *Options) label(t *Target, c workspace.Connector, state gitState) {
	t.Labels = map[string]string{
		oci + "title":   c.Name,
		oci + "created": o.created().UTC().Format(time.RFC3339),
		LabelInputs:     t.Inputs,
	}
	set := func(key, value string) {
		switch {
		case value == "":
		case engine.IsLabel(value):
			t.Labels[key] = value
		default:
			t.Warnings = append(t.Warnings, fmt.Sprintf("the label %s is left out: %q is not for a label", key, value))
		}
	}
	set(oci+"version", c.Version)
	set(oci+"revision", state.revision)
	set(oci+"source", state.source)
	if state.known {
		t.Labels[labelDirty] = strconv.FormatBool(state.revision == "" || t.concerned(state.changed))
	}
	if o.Licences != nil {
		set(oci+"licenses", strings.Join(o.Licences(c.Dir), " AND "))
	}
	set(labelRequest, o.request(t))
}

// sourceDate is the variable of reproducible-builds.org.
const sourceDate = "SOURCE_DATE_EPOCH"

// created honours SOURCE_DATE_EPOCH, by which builds are made to repeat.
func (o *Options) created() time.Time {
	if seconds, err := strconv.ParseInt(os.Getenv(sourceDate), 10, 64); err == nil {
		return time.Unix(seconds, 0)
	}
	return o.now()
}

// request keeps what the user asked for, so that an image can be compared with
// what the same command would make later. Nothing of it is secret: args were checked.
func (o *Options) request(t *Target) string {
	v := url.Values{}
	for key, value := range o.Args {
		if !isProxy(key) {
			v.Set("arg."+key, value)
		}
	}
	if o.Dockerfile != "" {
		v.Set("dockerfile", t.Dockerfile)
	}
	if o.Platform != "" {
		v.Set("platform", o.Platform)
	}
	return v.Encode()
}

// repeat takes up what an image's build was asked for.
func (o *Options) repeat(labels map[string]string, absolute func(string) string) {
	v, err := url.ParseQuery(labels[labelRequest])
	if err != nil {
		return
	}
	o.Args = map[string]string{}
	for key := range v {
		if name, ok := strings.CutPrefix(key, "arg."); ok {
			o.Args[name] = v.Get(key)
		}
	}
	o.Platform, o.Dockerfile = v.Get("platform"), ""
	if file := v.Get("dockerfile"); file != "" {
		o.Dockerfile = absolute(file)
	}
}
