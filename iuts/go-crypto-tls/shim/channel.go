package main

import (
	"crypto"
	"crypto/tls"
	"sync"
	"time"

	"expat-conformance/iuts/go-crypto-tls/attestation"
	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// suiteHashes has the hash of each cipher suite of TLS 1.3, by its IANA name.
var suiteHashes = map[string]crypto.Hash{
	"TLS_AES_128_GCM_SHA256":       crypto.SHA256,
	"TLS_AES_256_GCM_SHA384":       crypto.SHA384,
	"TLS_CHACHA20_POLY1305_SHA256": crypto.SHA256,
}

// channel is one TLS connection.
type channel struct {
	connection attestation.Connection
	tls        *tls.Conn
	stream     *stream

	lock    sync.Mutex // of session
	session *authenticator.Session
}

func (s *server) export(params struct {
	Channel string `json:"channel"`
	Label   string `json:"label"`
	Context octets `json:"context"`
	Length  int    `json:"length"`
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	value, err := found.connection.Export(params.Label, params.Context, params.Length)
	if err != nil {
		return nil, err
	}
	return map[string]octets{"value": value}, nil
}

func (s *server) send(params struct {
	Channel string `json:"channel"`
	Data    octets `json:"data"`
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	if _, err := found.tls.Write(params.Data); err != nil {
		return nil, refusal.New("other", "%v", err)
	}
	return struct{}{}, nil
}

func (s *server) receive(params struct {
	Channel string `json:"channel"`
	Length  int    `json:"length"`
	Timeout *int   `json:"timeout"`
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	timeout := 2000
	if params.Timeout != nil {
		timeout = *params.Timeout
	}
	data, err := found.stream.take(params.Length, time.Duration(timeout)*time.Millisecond)
	if err != nil {
		return nil, err
	}
	return map[string]octets{"data": data}, nil
}

func (s *server) close(params struct {
	Channel string `json:"channel"`
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	s.lock.Lock()
	delete(s.channels, params.Channel)
	s.lock.Unlock()
	_ = found.tls.Close() // the peer may be gone already
	return struct{}{}, nil
}
