package run

import "os"

// checkFixture reads a whole fixture before anything is started, so that a
// line that is none is told of before a store has got what stands above it.
// What can be read only once, a pipe or stdin, is checked as it comes.
func (o *PreviewOptions) checkFixture() error {
	if o.Fixture == "" || o.Fixture == "-" {
		return nil
	}
	if info, err := os.Stat(o.Fixture); err == nil && !info.Mode().IsRegular() {
		return nil
	}
	f, err := openFixture(o.Fixture, nil)
	if err != nil {
		return err
	}
	defer f.close()
	for !f.ended {
		if _, _, err := f.next(); err != nil {
			return err
		}
	}
	return nil
}
