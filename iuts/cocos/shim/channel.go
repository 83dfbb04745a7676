package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
)

// openTimeout stays under the 10 s after which the harness calls a reply a hang.
const openTimeout = 8 * time.Second

type shim struct {
	channels map[string]*channel
}

// channel is one TLS connection together with what Cocos keeps for it.
type channel struct {
	conn   *tls.Conn
	client bool
	queue  *inbox

	// One ea.Session a connection, for what this end creates and for what it validates: the context has
	// to be unique on the connection over both directions (RFC 9261 section 4), a Session does not tell
	// them apart, and two Sessions would hide that Cocos can detect this.
	session *ea.Session
}

func newShim() *shim { return &shim{channels: map[string]*channel{}} }

func (s *shim) channel(name string) (*channel, error) {
	c, ok := s.channels[name]
	if !ok || c == nil {
		return nil, badParams("unknown channel %q", name)
	}
	return c, nil
}

// ownRole is the role of this end as the sender of an authenticator.
func (c *channel) ownRole() ea.Role {
	if c.client {
		return ea.RoleClient
	}
	return ea.RoleServer
}

func (c *channel) peerRole() ea.Role {
	if c.client {
		return ea.RoleServer
	}
	return ea.RoleClient
}

type credential struct {
	Chain []octets `json:"chain"`
	Key   octets   `json:"key"`
}

// certificate is how Cocos takes an identity. A key that is no PKCS #8 is a fault of the caller.
func (c *credential) certificate() (tls.Certificate, error) {
	key, err := x509.ParsePKCS8PrivateKey(c.Key)
	if err != nil {
		return tls.Certificate{}, badParams("identity.key: %v", err)
	}
	out := tls.Certificate{PrivateKey: key}
	for _, der := range c.Chain {
		out.Certificate = append(out.Certificate, der)
	}
	return out, nil
}

type openParams struct {
	Channel string `json:"channel"`
	Side    string `json:"side"`
	Address struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	} `json:"address"`
	CipherSuites []string    `json:"cipherSuites"`
	ServerName   string      `json:"serverName"`
	Identity     *credential `json:"identity"`
	Trust        []octets    `json:"trust"`
}

// open dials in both sides; the handshake decides who is the client. The configuration is that of Cocos's
// own BuildServerTLSConfig, which leaves session tickets on, plus a MaxVersion that says what ea can use.
func (s *shim) open(p openParams) (any, error) {
	if _, used := s.channels[p.Channel]; used || p.Channel == "" {
		return nil, badParams("channel name %q is empty or was used before", p.Channel)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13, MaxVersion: tls.VersionTLS13, ServerName: p.ServerName}
	if p.Identity != nil {
		certificate, err := p.Identity.certificate()
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	switch {
	case p.Side != "client" && p.Side != "server":
		return nil, badParams("side is %q", p.Side)
	case p.Side == "server" && p.Identity == nil:
		return nil, badParams("a server needs an identity")
	}
	roots, err := pool(p.Trust)
	if err != nil {
		return nil, err
	}
	config.RootCAs = roots
	s.channels[p.Channel] = nil // the name is used up, also when the handshake fails

	deadline := time.Now().Add(openTimeout)
	dialer := net.Dialer{Deadline: deadline}
	raw, err := dialer.Dial("tcp", net.JoinHostPort(p.Address.Host, strconv.Itoa(p.Address.Port)))
	if err != nil {
		return refuse("other", err.Error()), nil
	}
	c := &channel{client: p.Side == "client", session: ea.NewSession()}
	if c.client {
		c.conn = tls.Client(raw, config)
	} else {
		c.conn = tls.Server(raw, config)
	}
	_ = raw.SetDeadline(deadline)
	if err := c.conn.Handshake(); err != nil {
		_ = raw.Close()
		return refusalOfHandshake(err), nil
	}
	_ = raw.SetDeadline(time.Time{})

	suite := tls.CipherSuiteName(c.conn.ConnectionState().CipherSuite)
	if !slices.Contains(p.CipherSuites, suite) {
		_ = c.conn.Close()
		return refuse("other", suite+" was negotiated, which was not allowed"), nil
	}
	c.queue = readAll(c.conn)
	s.channels[p.Channel] = c
	return map[string]string{"cipherSuite": suite}, nil
}

type channelParams struct {
	Channel string `json:"channel"`
}

func (s *shim) closeChannel(p channelParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	_ = c.conn.Close()
	s.channels[p.Channel] = nil
	return struct{}{}, nil
}

func (s *shim) bye(json.RawMessage) (any, error) { return struct{}{}, nil }

func (s *shim) closeAll() {
	for _, c := range s.channels {
		if c != nil {
			_ = c.conn.Close()
		}
	}
}

// pool makes a list of roots. An empty list trusts nothing: a nil pool would mean the system's roots.
func pool(roots []octets) (*x509.CertPool, error) {
	out := x509.NewCertPool()
	for _, der := range roots {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, badParams("trust: %v", err)
		}
		out.AddCert(c)
	}
	return out, nil
}
