package run

import (
	"fmt"
	"slices"
	"strings"
)

// shuffleKeyTypes are the types of the keys that a derivation's documents are
// shuffled by: those that the catalog says, else those of the transforms that
// name a key. Flow wants them to be the same for all; wrong tells where they are not.
func (j *job) shuffleKeyTypes() (said, wrong []string) {
	said = j.task.ShuffleKeyTypes()
	by := "shuffleKeyTypes"
	for _, b := range j.bindings {
		types := b.spec.KeyTypes(b.Shuffle)
		switch {
		case types == nil:
		case said == nil:
			said, by = types, fmt.Sprintf("transform %q", b.Name)
		case !slices.Equal(said, types):
			wrong = append(wrong, fmt.Sprintf("transform %q is shuffled by %s, and %s says %s",
				b.Name, strings.Join(types, ", "), by, strings.Join(said, ", ")))
		}
	}
	return said, wrong
}
