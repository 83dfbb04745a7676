package main

import (
	"io"
	"sync"
	"time"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// stream reads application data as they come and queues them. A reader of its own keeps receive from blocking send,
// and lets crypto/tls handle KeyUpdate and the like at any time.
type stream struct {
	lock    sync.Mutex
	changed *sync.Cond
	queue   []byte
	ended   error
}

func newStream(source io.Reader) *stream {
	s := &stream{}
	s.changed = sync.NewCond(&s.lock)
	go s.read(source)
	return s
}

func (s *stream) read(source io.Reader) {
	chunk := make([]byte, 1<<14)
	for {
		length, err := source.Read(chunk)
		s.lock.Lock()
		s.queue = append(s.queue, chunk[:length]...)
		s.ended = err
		s.changed.Broadcast()
		s.lock.Unlock()
		if err != nil {
			return
		}
	}
}

// take waits for that many octets. What came stays queued where there are fewer.
func (s *stream) take(length int, timeout time.Duration) ([]byte, error) {
	if length < 0 {
		return nil, wrongParams("a length is not negative")
	}
	expired := false
	timer := time.AfterFunc(timeout, func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		expired = true
		s.changed.Broadcast()
	})
	defer timer.Stop()
	s.lock.Lock()
	defer s.lock.Unlock()
	for len(s.queue) < length && s.ended == nil && !expired {
		s.changed.Wait()
	}
	if len(s.queue) < length {
		if s.ended != nil {
			return nil, refusal.New("other", "%d of %d octets came: %v", len(s.queue), length, s.ended)
		}
		return nil, refusal.New("other", "%d of %d octets came in time", len(s.queue), length)
	}
	data := s.queue[:length:length]
	s.queue = s.queue[length:]
	return data, nil
}
