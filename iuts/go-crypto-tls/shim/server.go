package main

import (
	"sync"

	"expat-conformance/iuts/go-crypto-tls/attestation"
)

// server holds the channels of one run of the shim.
type server struct {
	methods map[string]method

	lock     sync.Mutex // of what follows
	profile  attestation.Profile
	channels map[string]*channel
}

func newServer() *server {
	s := &server{channels: map[string]*channel{}}
	s.methods = map[string]method{
		"hello":        typed(s.hello),
		"open":         typed(s.open),
		"request":      typed(s.request),
		"authenticate": typed(s.authenticate),
		"validate":     typed(s.validate),
		"appraise":     typed(s.appraise),
		"context":      typed(s.context),
		"export":       typed(s.export),
		"send":         typed(s.send),
		"receive":      typed(s.receive),
		"close":        typed(s.close),
	}
	return s
}

func (s *server) channel(name string) (*channel, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, ok := s.channels[name]
	if !ok {
		return nil, wrongParams("there is no channel %q", name)
	}
	return found, nil
}

func (s *server) currentProfile() attestation.Profile {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.profile
}
