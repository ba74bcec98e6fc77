package debug

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// socket is a line of /proc/net/tcp (proc(5)).
type socket struct {
	local, remote string // addresses as they stand there
	listens       bool
	uid           int
	inode         string
}

func sockets() (list []socket) {
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) < 10 || f[0] == "sl" {
				continue
			}
			uid, err := strconv.Atoi(f[7])
			if err != nil {
				continue
			}
			list = append(list, socket{f[1], f[2], f[3] == "0A", uid, f[9]})
		}
	}
	return list
}

// sameUser tells whether who has connected is who runs connkit; known is false
// where the system does not say.
func sameUser(conn net.Conn) (same, known bool) {
	here, ok := conn.LocalAddr().(*net.TCPAddr)
	there, ok2 := conn.RemoteAddr().(*net.TCPAddr)
	if !ok || !ok2 {
		return false, false
	}
	for _, s := range sockets() {
		if s.local == kernelForm(there) && s.remote == kernelForm(here) {
			return s.uid == os.Getuid(), true
		}
	}
	return false, false
}

// kernelForm writes an IPv4 address as the kernel does: its word in the machine's own order.
func kernelForm(a *net.TCPAddr) string {
	ip := a.IP.To4()
	if ip == nil {
		return ""
	}
	var word [4]byte
	binary.BigEndian.PutUint32(word[:], binary.NativeEndian.Uint32(ip))
	return fmt.Sprintf("%s:%04X", strings.ToUpper(hex.EncodeToString(word[:])), a.Port)
}

// holder names the process that listens on a port, as far as it can be seen.
func holder(port int) string {
	suffix := fmt.Sprintf(":%04X", port)
	for _, s := range sockets() {
		if !s.listens || !strings.HasSuffix(s.local, suffix) {
			continue
		}
		fds, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is right
		for _, fd := range fds {
			if to, err := os.Readlink(fd); err == nil && to == "socket:["+s.inode+"]" {
				pid := strings.Split(fd, "/")[2]
				name, _ := os.ReadFile(filepath.Join("/proc", pid, "comm"))
				return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), pid)
			}
		}
	}
	return "another process"
}
