package debug

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"strconv"
	"syscall"

	"github.com/connkit/connkit/internal/fault"
)

const loopback = "127.0.0.1"

// Ports that are tried lie below those that Linux gives to clients.
const firstPort, ports = 20000, 10000

// openPort listens on the port that is asked for; else on the one that the
// editor's entry has, else on one that follows from the name, so that the entry
// stays as it is from run to run; else on any.
func openPort(asked, known int, name string) (net.Listener, error) {
	if asked != 0 {
		if asked < 1 || asked > 65535 {
			return nil, fault.Usagef("reading the options: the port %d is none", asked)
		}
		l, err := listen(asked)
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("listening on port %d: %s has it", asked, holder(asked))
		}
		if err != nil { // one below 1024 may be for root alone
			return nil, fault.Environmentf("%w", err).WithHint("another --port, or none: connkit then takes one that is free")
		}
		return l, nil
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // a hash takes everything
	for _, port := range []int{known, firstPort + int(sum.Sum32()%ports)} {
		if port < 1 || port > 65535 {
			continue
		}
		if l, err := listen(port); err == nil {
			return l, nil
		}
	}
	return listen(0)
}

func listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort(loopback, strconv.Itoa(port))) //nolint:noctx // it does not wait
	if err != nil {
		return nil, fmt.Errorf("listening on port %d: %w", port, cause(err))
	}
	return l, nil
}

// cause leaves out what the message says already.
func cause(err error) error {
	var sys syscall.Errno
	if errors.As(err, &sys) {
		return sys
	}
	return err
}
