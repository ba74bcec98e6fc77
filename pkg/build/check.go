package build

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/connkit/connkit/pkg/build/engine"
)

// look reads the image back and says what is wrong with it.
func (o RunOptions) look(ctx context.Context, r *Result) error {
	image, ok, err := o.Engine.Inspect(ctx, r.Image)
	if err != nil {
		return err
	}
	if !ok {
		r.Findings = []string{"it is not among the images of " + o.Engine.Name + ", though the build went well"}
		return nil
	}
	r.Findings = r.check(image)
	r.ID, r.Size, r.Arch = image.ID, image.Size, image.Platform
	if user, _, _ := strings.Cut(image.User, ":"); user == "" || user == "root" || user == "0" {
		r.Warnings = append(r.Warnings, r.Image+" runs as root: USER 65532:65532 in its Dockerfile is safer")
	}
	return nil
}

// check compares an image with its target: what Flow reads from it, and what
// connkit has put on it.
func (r *Result) check(i engine.Image) []string {
	var found []string
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	want := r.Args["CONNECTOR_TYPE"]
	switch got := i.Labels[labelProtocol]; {
	case got == "":
		say("it has no label %s, by which Flow knows what it is: LABEL %s=%s", labelProtocol, labelProtocol, want)
	case got != want:
		say("its label %s is %q, and the connector is a %s", labelProtocol, got, want)
	}
	switch got := i.Labels[labelCodec]; {
	case got == "" && r.source.python():
		say("it has no label %s, so that Flow would speak protobuf to it: LABEL %s=json", labelCodec, labelCodec)
	case got != "" && got != "json" && got != "proto":
		say("its label %s is %q, which is neither json nor proto", labelCodec, got)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Labels)) {
		if got := i.Labels[key]; got != r.Labels[key] {
			say("its label %s is %q, and %q was asked for", key, got, r.Labels[key])
		}
	}
	if len(i.Command) == 0 {
		say("it has neither ENTRYPOINT nor CMD, so that nothing would be started")
	}
	if r.Platform != "" && !samePlatform(i.Platform, r.Platform) {
		say("it is for %s, and %s was asked for", i.Platform, r.Platform)
	}
	return found
}

// samePlatform compares without the variant, which engines tell in different places.
func samePlatform(a, b string) bool {
	cut := func(s string) string {
		parts := strings.SplitN(s, "/", 3)
		return strings.Join(parts[:min(2, len(parts))], "/")
	}
	return cut(a) == cut(b)
}
