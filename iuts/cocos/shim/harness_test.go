package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"expat-conformance/iuts/cocos/internal/testpki"
)

type object = map[string]any

// harness plays the other side of both wires: the control lines and the TLS connection.
type harness struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Reader
	done chan error
	ids  int

	root, attestRoot         *testpki.Authority
	server, leaf, attestLeaf credentialFixture
}

type credentialFixture struct {
	certificate tls.Certificate
	chain       []string
	key         string
}

func (c credentialFixture) der() []byte { return c.certificate.Certificate[0] }

func (c credentialFixture) identity() object { return object{"chain": c.chain, "key": c.key} }

func fixture(t *testing.T, a *testpki.Authority, name string) credentialFixture {
	t.Helper()
	key := testpki.Key(t)
	der := a.Issue(t, name, &key.PublicKey)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return credentialFixture{
		certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		chain:       []string{hex.EncodeToString(der)},
		key:         hex.EncodeToString(pkcs8),
	}
}

func start(t *testing.T) *harness {
	t.Helper()
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	h := &harness{t: t, in: inWriter, out: bufio.NewReaderSize(outReader, lineBuffer), done: make(chan error, 1)}
	go func() {
		err := serve(inReader, outWriter)
		outWriter.CloseWithError(io.EOF)
		h.done <- err
	}()
	t.Cleanup(func() { inWriter.Close() })
	h.root, h.attestRoot = testpki.NewAuthority(t, "root"), testpki.NewAuthority(t, "attestation root")
	h.server, h.leaf = fixture(t, h.root, "tls"), fixture(t, h.root, "end entity")
	h.attestLeaf = fixture(t, h.attestRoot, "attestation")
	return h
}

// line sends one line as it is and decodes the answer.
func (h *harness) line(text string) object {
	h.t.Helper()
	if _, err := io.WriteString(h.in, text+"\n"); err != nil {
		h.t.Fatal(err)
	}
	raw, err := h.out.ReadBytes('\n')
	if err != nil {
		h.t.Fatal(err)
	}
	var answer object
	if err := json.Unmarshal(raw, &answer); err != nil {
		h.t.Fatal(err)
	}
	return answer
}

func (h *harness) ask(method string, params object) object {
	h.t.Helper()
	h.ids++
	raw, err := json.Marshal(object{"jsonrpc": "2.0", "id": h.ids, "method": method, "params": params})
	if err != nil {
		h.t.Fatal(err)
	}
	answer := h.line(string(raw))
	if answer["id"] != float64(h.ids) {
		h.t.Fatalf("%s: answered id %v, asked %d", method, answer["id"], h.ids)
	}
	return answer
}

// call is ask where an error is a failure of the test.
func (h *harness) call(method string, params object) object {
	h.t.Helper()
	answer := h.ask(method, params)
	result, ok := answer["result"].(object)
	if !ok {
		h.t.Fatalf("%s: %v", method, answer)
	}
	return result
}

func refusedCode(result object) string {
	detail, _ := result["refused"].(object)
	return fmt.Sprint(detail["code"])
}

func (h *harness) bytes(result object, member string) []byte {
	h.t.Helper()
	text, ok := result[member].(string)
	if !ok {
		h.t.Fatalf("no %s in %v", member, result)
	}
	out, err := hex.DecodeString(text)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// open lets the shim dial us and plays the other side of the handshake.
func (h *harness) open(channel, side string) *tls.Conn {
	h.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	defer listener.Close()
	peer := make(chan *tls.Conn, 1)
	go func() {
		raw, err := listener.Accept()
		if err != nil {
			peer <- nil
			return
		}
		roots := x509.NewCertPool()
		roots.AddCert(h.root.Cert)
		config := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: "localhost", RootCAs: roots, Certificates: []tls.Certificate{h.server.certificate}}
		conn := tls.Client(raw, config)
		if side == "client" {
			conn = tls.Server(raw, config)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		_ = conn.Handshake()
		peer <- conn
	}()
	result := h.call("open", object{
		"channel": channel, "side": side, "serverName": "localhost",
		"address":      object{"host": "127.0.0.1", "port": listener.Addr().(*net.TCPAddr).Port},
		"cipherSuites": supported.CipherSuites,
		"identity":     h.server.identity(),
		"trust":        []string{hex.EncodeToString(h.root.Cert.Raw)},
	})
	conn := <-peer
	if result["cipherSuite"] != "TLS_AES_128_GCM_SHA256" && result["cipherSuite"] != "TLS_CHACHA20_POLY1305_SHA256" {
		h.t.Fatalf("open: %v", result) // the tests seal with SHA-256
	}
	h.t.Cleanup(func() { conn.Close() })
	return conn
}

// validateParams trusts both roots of the tests.
func (h *harness) validateParams(channel string, request, authenticator []byte, policy string) object {
	params := object{
		"channel": channel, "authenticator": hex.EncodeToString(authenticator), "request": nil,
		"trust": object{
			"pkix":        []string{hex.EncodeToString(h.root.Cert.Raw)},
			"attestation": []string{hex.EncodeToString(h.attestRoot.Cert.Raw)},
			"results":     []string{},
		},
		"policy": object{"attestation": policy},
	}
	if request != nil {
		params["request"] = hex.EncodeToString(request)
	}
	return params
}
