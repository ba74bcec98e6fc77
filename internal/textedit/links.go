package textedit

import (
	"os"
	"syscall"
)

// links gives how many names a file has.
func links(f *os.File) uint64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink) //nolint:unconvert // its size differs between systems
	}
	return 1
}
