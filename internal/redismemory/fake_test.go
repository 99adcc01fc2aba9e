package redismemory

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// speak listens on a free port and answers each command with what answer gives, in the protocol's
// own form. An empty answer is none at all.
func speak(t *testing.T, answer func(command []string) string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go func() {
				for in := bufio.NewReader(c); ; {
					command, err := readCommand(in)
					if err != nil {
						return
					}
					if _, err := io.WriteString(c, answer(command)); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func readCommand(in *bufio.Reader) ([]string, error) {
	n, err := readCount(in, '*')
	if err != nil {
		return nil, err
	}
	command := make([]string, n)
	for i := range command {
		size, err := readCount(in, '$')
		if err != nil {
			return nil, err
		}
		raw := make([]byte, size+2)
		if _, err := io.ReadFull(in, raw); err != nil {
			return nil, err
		}
		command[i] = string(raw[:size])
	}
	return command, nil
}

func readCount(in *bufio.Reader, mark byte) (int, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return 0, err
	}
	if line[0] != mark {
		return 0, fmt.Errorf("%q where %c was expected", line, mark)
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

// standalone answers as a Redis that holds nothing, and asks other about anything but a beginning.
func standalone(other func(command []string) string) func([]string) string {
	return func(command []string) string {
		switch strings.ToUpper(command[0]) {
		case "HELLO":
			return hello("standalone", "master")
		case "CLIENT":
			return "+OK\r\n"
		case "EXISTS":
			return ":0\r\n"
		}
		return other(command)
	}
}

func hello(mode, role string) string {
	return fmt.Sprintf("%%2\r\n$4\r\nmode\r\n%s$4\r\nrole\r\n%s", bulk(mode), bulk(role))
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// hasty waits for nothing long.
func hasty(s *settings) {
	s.dialTimeout, s.ioTimeout, s.totalTimeout = 100*time.Millisecond, 100*time.Millisecond, 250*time.Millisecond
}

func opened(t *testing.T, address string, opts ...Option) *Memory {
	t.Helper()
	m, err := Open(t.Context(), address, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, m.Close()) })
	return m
}
