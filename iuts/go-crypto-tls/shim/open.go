package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strconv"
	"time"

	"expat-conformance/iuts/go-crypto-tls/attestation"
	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// handshakeTimeout keeps a peer that says nothing from making open a hang: a reply is due within 10 s.
const handshakeTimeout = 8 * time.Second

type openParams struct {
	Channel string `json:"channel"`
	Side    string `json:"side"`
	Address struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	} `json:"address"`
	ServerName string          `json:"serverName"`
	Identity   *identityParams `json:"identity"`
	Trust      []octets        `json:"trust"`
}

// open dials in both sides, and runs the handshake as the side that is asked for.
func (s *server) open(params openParams) (any, error) {
	deadline, cancel := context.WithTimeout(context.Background(), handshakeTimeout)
	defer cancel()
	address := net.JoinHostPort(params.Address.Host, strconv.Itoa(params.Address.Port))
	socket, err := (&net.Dialer{}).DialContext(deadline, "tcp", address)
	if err != nil {
		return nil, refusal.New("other", "%v", err)
	}
	var opened *channel
	switch params.Side {
	case "client":
		opened, err = openClient(deadline, socket, params)
	case "server":
		opened, err = openServer(deadline, socket, params)
	default:
		err = wrongParams("the side is client or server, not %q", params.Side)
	}
	if err != nil {
		_ = socket.Close()
		return nil, err
	}
	s.lock.Lock()
	s.channels[params.Channel] = opened
	s.lock.Unlock()
	return map[string]string{"cipherSuite": tls.CipherSuiteName(opened.tls.ConnectionState().CipherSuite)}, nil
}

func openClient(deadline context.Context, socket net.Conn, params openParams) (*channel, error) {
	roots := x509.NewCertPool()
	for _, der := range params.Trust {
		root, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, wrongParams("trust: %v", err)
		}
		roots.AddCert(root)
	}
	recording := &recordingConn{Conn: socket}
	// Without a session cache tickets are discarded and nothing is resumed (draft section 7.2).
	connection := tls.Client(recording, &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots, ServerName: params.ServerName})
	if err := connection.HandshakeContext(deadline); err != nil {
		return nil, refusal.New("other", "%v", err)
	}
	return newChannel(authenticator.Client, connection, recording.clientHello())
}

func openServer(deadline context.Context, socket net.Conn, params openParams) (*channel, error) {
	identity, err := params.Identity.parse()
	if err != nil {
		return nil, err
	}
	if identity == nil {
		return nil, wrongParams("a server needs an identity for the handshake")
	}
	hello := authenticator.ClientHello{Schemes: []authenticator.Scheme{}}
	connection := tls.Server(socket, &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{{Certificate: identity.Chain, PrivateKey: identity.Key}},
		SessionTicketsDisabled: true, // no NewSessionTicket where attestation is used (draft section 7.2)
		GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
			hello.Extensions = info.Extensions
			for _, scheme := range info.SignatureSchemes {
				hello.Schemes = append(hello.Schemes, authenticator.Scheme(scheme))
			}
			return nil, nil
		},
	})
	// Complete only when the client's Finished has been verified (RFC 9261 section 9).
	if err := connection.HandshakeContext(deadline); err != nil {
		return nil, refusal.New("other", "%v", err)
	}
	return newChannel(authenticator.Server, connection, hello)
}

func newChannel(role authenticator.Role, connection *tls.Conn, hello authenticator.ClientHello) (*channel, error) {
	state := connection.ConnectionState()
	hash, known := suiteHashes[tls.CipherSuiteName(state.CipherSuite)]
	if !known {
		return nil, refusal.New("tls-version", "%s is no cipher suite of TLS 1.3", tls.CipherSuiteName(state.CipherSuite))
	}
	opened := &channel{
		connection: attestation.Connection{Hash: hash, Export: state.ExportKeyingMaterial},
		tls:        connection,
		stream:     newStream(connection),
	}
	var err error
	opened.session, err = authenticator.NewSession(role, hash, state.ExportKeyingMaterial, hello)
	return opened, err
}
