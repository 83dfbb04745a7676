package main

import (
	"crypto/tls"
	"fmt"
	"sync"
	"time"
)

const (
	sendTimeout           = 8 * time.Second // under the 10 s after which the harness calls it a hang
	defaultReceiveTimeout = 2 * time.Second
)

// inbox queues the application data of one connection. Reading all the time, and not only inside
// `receive`, lets crypto/tls handle tickets and key updates when they come, and keeps a partial message
// for the next `receive`.
type inbox struct {
	mu      sync.Mutex
	data    []byte
	err     error
	changed chan struct{} // closed and replaced whenever data or err change
}

func readAll(conn *tls.Conn) *inbox {
	q := &inbox{changed: make(chan struct{})}
	go func() {
		buffer := make([]byte, 16<<10)
		for {
			n, err := conn.Read(buffer)
			q.add(buffer[:n], err)
			if err != nil {
				return
			}
		}
	}()
	return q
}

func (q *inbox) add(data []byte, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.data = append(q.data, data...)
	q.err = err
	close(q.changed)
	q.changed = make(chan struct{})
}

// take waits until length bytes are there. What it does not return stays queued.
func (q *inbox) take(length int, timeout time.Duration) ([]byte, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		q.mu.Lock()
		if len(q.data) >= length {
			out := append([]byte{}, q.data[:length]...)
			q.data = q.data[length:]
			q.mu.Unlock()
			return out, nil
		}
		arrived, failed, changed := len(q.data), q.err, q.changed
		q.mu.Unlock()
		if failed != nil {
			return nil, fmt.Errorf("%d of %d bytes, then: %w", arrived, length, failed)
		}
		select {
		case <-changed:
		case <-timer.C:
			return nil, fmt.Errorf("%d of %d bytes within %s", arrived, length, timeout)
		}
	}
}

type sendParams struct {
	Channel string `json:"channel"`
	Data    octets `json:"data"`
}

func (s *shim) send(p sendParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(sendTimeout))
	if _, err := c.conn.Write(p.Data); err != nil {
		return refuse("other", err.Error()), nil
	}
	_ = c.conn.SetWriteDeadline(time.Time{})
	return struct{}{}, nil
}

type receiveParams struct {
	Channel string `json:"channel"`
	Length  int    `json:"length"`
	Timeout *int   `json:"timeout"` // milliseconds
}

func (s *shim) receive(p receiveParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	if p.Length < 0 {
		return nil, badParams("length is %d", p.Length)
	}
	timeout := defaultReceiveTimeout
	if p.Timeout != nil {
		timeout = time.Duration(*p.Timeout) * time.Millisecond
	}
	data, err := c.queue.take(p.Length, timeout)
	if err != nil {
		return refuse("other", err.Error()), nil
	}
	return map[string]octets{"data": data}, nil
}

type exportParams struct {
	Channel string `json:"channel"`
	Label   string `json:"label"`
	Context octets `json:"context"`
	Length  int    `json:"length"`
}

func (s *shim) export(p exportParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	if p.Length < 0 {
		return nil, badParams("length is %d", p.Length)
	}
	state := c.conn.ConnectionState()
	value, err := state.ExportKeyingMaterial(p.Label, p.Context, p.Length)
	if err != nil {
		return refuse("other", err.Error()), nil
	}
	return map[string]octets{"value": value}, nil
}
