package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"expat-conformance/iuts/cocos/evidence"
	"expat-conformance/iuts/cocos/internal/testpki"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
	eaattestation "github.com/ultravioletrs/cocos/pkg/atls/eaattestation"
)

func writePEM(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startEndpoint runs the program on a port of its choice and returns the address that it prints. It ends
// with the test process.
func startEndpoint(t *testing.T, root, attestRoot *testpki.Authority) string {
	t.Helper()
	dir := t.TempDir()
	files := func(name string, a *testpki.Authority) (cert, key string) {
		k := testpki.Key(t)
		der, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		cert = writePEM(t, filepath.Join(dir, name+".crt"), "CERTIFICATE", a.Issue(t, name, &k.PublicKey))
		return cert, writePEM(t, filepath.Join(dir, name+".key"), "PRIVATE KEY", der)
	}
	cert, key := files("identity", root)
	chain, attestKey := files("attestation", attestRoot)
	reader, writer := io.Pipe()
	go func() {
		err := run([]string{
			"--identity-cert", cert, "--identity-key", key, "--attestation-chain", chain, "--attestation-key", attestKey,
			"--ueid", "01aa", "--measurement", "c0ffee",
		}, writer)
		writer.CloseWithError(err)
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "listening "))
}

func dial(t *testing.T, address string, root *testpki.Authority) *tls.Conn {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(root.Cert)
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

func TestExchange(t *testing.T) {
	root, attestRoot := testpki.NewAuthority(t, "root"), testpki.NewAuthority(t, "attestation root")
	address := startEndpoint(t, root, attestRoot)

	// Without an offer Cocos's transport closes; the next connection must still be served.
	refused := dial(t, address, root)
	frame := append([]byte{1}, testpki.Vector(4, testpki.Request(17, []byte("c"), testpki.Schemes(testpki.SHA256WithP256)))...)
	if _, err := refused.Write(frame); err != nil {
		t.Fatal(err)
	}
	if _, err := refused.Read(make([]byte, 1)); err == nil {
		t.Fatal("a request without an offer was answered")
	}

	conn := dial(t, address, root)
	request := testpki.Request(17, []byte("context"), testpki.Schemes(testpki.SHA256WithP256), testpki.Extension(testpki.Offer, nil))
	if _, err := conn.Write(append([]byte{1}, testpki.Vector(4, request)...)); err != nil {
		t.Fatal(err)
	}
	header := make([]byte, 5)
	if _, err := io.ReadFull(conn, header); err != nil || header[0] != 2 {
		t.Fatalf("header %x, %v", header, err)
	}
	authenticator := make([]byte, int(header[3])<<8+int(header[4]))
	if _, err := io.ReadFull(conn, authenticator); err != nil {
		t.Fatal(err)
	}

	parsed, _, err := ea.UnmarshalAuthenticatorRequest(request)
	if err != nil {
		t.Fatal(err)
	}
	roots, attestRoots := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root.Cert)
	attestRoots.AddCert(attestRoot.Cert)
	options := &x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	policy := eaattestation.VerificationPolicy{EvidenceVerifier: &evidence.Verifier{Roots: attestRoots, Measurement: []byte{0xc0, 0xff, 0xee}}}
	state := conn.ConnectionState()
	if _, err := ea.ValidateAuthenticatorWithAttestation(&state, ea.RoleServer, &parsed, bytes.Clone(authenticator), options, policy); err != nil {
		t.Fatal(err)
	}
	authenticator[len(authenticator)-1] ^= 1
	if _, err := ea.ValidateAuthenticatorWithAttestation(&state, ea.RoleServer, &parsed, authenticator, options, policy); err == nil {
		t.Fatal("a flipped Finished was accepted")
	}

	// Open after the exchange: nothing arrives, and the connection does not end either.
	_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); !os.IsTimeout(err) {
		t.Fatalf("after the exchange: %v", err)
	}
}
