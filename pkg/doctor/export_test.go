package doctor

import "time"

// SetPatience sets how long a tool gets to answer. What comes back puts it right again.
func SetPatience(d time.Duration) (restore func()) {
	was := patience
	patience = d
	return func() { patience = was }
}
