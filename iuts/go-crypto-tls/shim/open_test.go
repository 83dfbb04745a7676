package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"
)

// listen accepts one TLS connection and hands it over with the ClientHello that came.
func listen(t *testing.T) (params openParams, accepted <-chan *tls.Conn, hello *tls.ClientHelloInfo) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	hello = &tls.ClientHelloInfo{}
	connections := make(chan *tls.Conn, 1)
	go func() {
		defer close(connections)
		socket, err := listener.Accept()
		if err != nil {
			return
		}
		connection := tls.Server(socket, &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
			GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
				hello.Extensions, hello.SignatureSchemes = info.Extensions, info.SignatureSchemes
				return nil, nil
			},
		})
		if connection.Handshake() == nil {
			connections <- connection
		}
	}()
	params = openParams{Channel: "c1", Side: "client", ServerName: "localhost", Trust: []octets{der}}
	params.Address.Host, params.Address.Port = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
	return params, connections, hello
}

func TestClientKnowsItsOwnClientHello(t *testing.T) {
	params, accepted, seen := listen(t)
	on := newServer()
	if _, err := on.open(params); err != nil {
		t.Fatal(err)
	}
	peer := <-accepted
	found, err := on.channel("c1")
	if err != nil {
		t.Fatal(err)
	}
	own := found.tls.NetConn().(*recordingConn).clientHello()
	if len(own.Extensions) == 0 || !slices.Equal(own.Extensions, seen.Extensions) {
		t.Errorf("own %v, seen by the server %v", own.Extensions, seen.Extensions)
	}
	if len(own.Schemes) == 0 || len(own.Schemes) != len(seen.SignatureSchemes) {
		t.Errorf("own %v, seen by the server %v", own.Schemes, seen.SignatureSchemes)
	}
	state := peer.ConnectionState()
	theirs, err := state.ExportKeyingMaterial("label", nil, 16)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := found.connection.Export("label", []byte{}, 16)
	if err != nil || !slices.Equal(ours, theirs) {
		t.Errorf("exported %x and %x, %v", ours, theirs, err)
	}
}

func TestOpenRefusesAnUntrustedServer(t *testing.T) {
	params, _, _ := listen(t)
	params.Trust = nil
	if _, err := newServer().open(params); err == nil {
		t.Error("the handshake came about")
	}
}
