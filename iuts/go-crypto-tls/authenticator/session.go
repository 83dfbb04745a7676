// Package authenticator makes and validates TLS exported authenticators (RFC 9261) on a TLS 1.3 connection, and the
// requests for them. What an application puts into extensions, attestation for instance, is opaque to it.
package authenticator

import (
	"crypto"
	"crypto/rand"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Role is the end of the TLS connection.
type Role int

// The two ends.
const (
	Client Role = iota
	Server
)

func (r Role) String() string {
	if r == Server {
		return "server"
	}
	return "client"
}

func (r Role) peer() Role {
	if r == Server {
		return Client
	}
	return Server
}

// ClientHello is what authenticators without a request are judged by (RFC 9261 section 5.2).
type ClientHello struct {
	Extensions []uint16
	Schemes    []Scheme // nil where they are not known
}

// Session is the state of one end of one connection. It is not safe for concurrent use.
type Session struct {
	role     Role
	own      *keys // of authenticators that this end sends
	peer     *keys // of those that it receives
	hello    ClientHello
	asked    map[string]bool // contexts of requests, of either end (RFC 9261 section 4)
	consumed map[string]bool // contexts of authenticators that were made or accepted
}

// NewSession exports what authenticators need. A server calls it when it has verified the client's Finished, which is
// when its handshake is complete (RFC 9261 section 9).
func NewSession(role Role, hash crypto.Hash, export Exporter, hello ClientHello) (*Session, error) {
	own, err := exportKeys(export, hash, role)
	if err != nil {
		return nil, err
	}
	peer, err := exportKeys(export, hash, role.peer())
	if err != nil {
		return nil, err
	}
	return &Session{role, own, peer, hello, map[string]bool{}, map[string]bool{}}, nil
}

// Consume marks contexts as those of authenticators that were accepted before.
func (s *Session) Consume(contexts ...[]byte) {
	for _, context := range contexts {
		s.consumed[string(context)] = true
	}
}

// used says whether the context stood in any request or authenticator of the connection so far.
func (s *Session) used(context []byte) bool {
	return s.asked[string(context)] || s.consumed[string(context)]
}

// newContext is unpredictable, and so unique (RFC 9261 sections 4 and 5.2.1).
func newContext() []byte {
	context := make([]byte, 32)
	_, _ = rand.Read(context) // never fails: crypto/rand ends the program rather
	return context
}

// Request makes a request with the given schemes and further extensions. A nil context is chosen here; one that was
// used on the connection, by either end, is refused.
func (s *Session) Request(context []byte, schemes []Scheme, more []Extension) ([]byte, error) {
	if context == nil {
		context = newContext()
	}
	if len(context) > 255 {
		return nil, malformed("a context has at most 255 octets, not %d", len(context))
	}
	if s.used(context) {
		return nil, refusal.New("context-reused", "the context was used on this connection")
	}
	octets, err := buildRequest(s.role, context, schemes, more)
	if err != nil {
		return nil, err
	}
	s.asked[string(context)] = true
	return octets, nil
}
