package ui

// Detail says how far the step is. It is seen on a terminal alone: elsewhere each step is one line.
func (u *UI) Detail(text string) {
	if p := u.current(); p != nil {
		p.mu.Lock()
		p.detail = text
		p.mu.Unlock()
	}
}
