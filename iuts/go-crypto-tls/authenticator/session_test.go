package authenticator

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"testing"
	"time"

	"expat-conformance/iuts/go-crypto-tls/path"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

const p256 = Scheme(0x0403)

func newIdentity(t *testing.T) (*Identity, path.Anchors) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := path.NewAnchors([][]byte{der})
	if err != nil {
		t.Fatal(err)
	}
	return &Identity{[][]byte{der}, leaf, key}, anchors
}

// newPair is both ends of one connection.
func newPair(t *testing.T) (client, server *Session) {
	t.Helper()
	export := NewExporter(crypto.SHA256, bytes.Repeat([]byte{7}, 32))
	hello := ClientHello{Extensions: []uint16{extensionSignatureAlgorithms}, Schemes: []Scheme{p256}}
	for role, session := range map[Role]**Session{Client: &client, Server: &server} {
		made, err := NewSession(role, crypto.SHA256, export, hello)
		if err != nil {
			t.Fatal(err)
		}
		*session = made
	}
	return client, server
}

func nothing([]byte, []Extension) ([]Extension, error) { return nil, nil }

func always(*Validated) error { return nil }

func expectRefusal(t *testing.T, code string, err error) {
	t.Helper()
	var no *refusal.Refusal
	if !errors.As(err, &no) || no.Code != code {
		t.Errorf("expected %s, got %v", code, err)
	}
}

func TestExchangeOnceAndNotTwice(t *testing.T) {
	identity, anchors := newIdentity(t)
	client, server := newPair(t)
	for name, ends := range map[string]struct{ asks, answers *Session }{"server": {client, server}, "client": {server, client}} {
		request, err := ends.asks.Request(nil, []Scheme{p256}, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		made, err := ends.answers.Authenticate(request, identity, nothing)
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err = ends.asks.Validate(request, made, path.Anchors{}, time.Now(), always); err == nil {
			t.Fatal(name, "accepted without any root")
		}
		if _, err = ends.asks.Validate(request, made, anchors, time.Now(), always); err != nil {
			t.Fatal(name, err)
		}
		_, err = ends.asks.Validate(request, made, anchors, time.Now(), always)
		expectRefusal(t, "context-reused", err)
		_, err = ends.answers.Authenticate(request, identity, nothing)
		expectRefusal(t, "context-reused", err)
		_, err = ends.asks.Authenticate(request, identity, nothing)
		expectRefusal(t, "wrong-role", err)
	}
}

func TestEmptyAuthenticator(t *testing.T) {
	identity, anchors := newIdentity(t)
	for name, each := range map[string]struct {
		identity *Identity
		schemes  []Scheme
	}{"declined": {nil, []Scheme{p256}}, "no scheme fits": {identity, []Scheme{0x0807}}} {
		client, server := newPair(t)
		request, err := client.Request(nil, each.schemes, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		made, err := server.Authenticate(request, each.identity, nothing)
		if err != nil {
			t.Fatal(name, err)
		}
		_, err = client.Validate(request, made, anchors, time.Now(), always)
		expectRefusal(t, "empty-authenticator", err)
		made[len(made)-1] ^= 1
		_, err = client.Validate(request, made, anchors, time.Now(), always)
		expectRefusal(t, "finished-mismatch", err)
	}
}

func TestSpontaneousOfServersAlone(t *testing.T) {
	identity, anchors := newIdentity(t)
	client, server := newPair(t)
	made, err := server.Authenticate(nil, identity, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = client.Validate(nil, made, anchors, time.Now(), always); err != nil {
		t.Fatal(err)
	}
	_, err = client.Authenticate(nil, identity, nothing)
	expectRefusal(t, "wrong-role", err)
	_, err = server.Validate(nil, made, anchors, time.Now(), always)
	expectRefusal(t, "wrong-role", err)
}

func TestRequestRefusesUsedContext(t *testing.T) {
	client, _ := newPair(t)
	if _, err := client.Request([]byte{}, []Scheme{p256}, nil); err != nil {
		t.Fatal(err)
	}
	_, err := client.Request([]byte{}, []Scheme{p256}, nil)
	expectRefusal(t, "context-reused", err)
	_, err = client.Request(make([]byte, 256), []Scheme{p256}, nil)
	expectRefusal(t, "malformed", err)
}

// Whatever comes in, the answer is a verdict.
func FuzzValidate(f *testing.F) {
	f.Add([]byte{typeCertificate, 0, 0, 4, 0, 0, 0, 0}, []byte{typeClientCertificateRequest, 0, 0, 3, 0, 0, 0})
	export := NewExporter(crypto.SHA256, make([]byte, 32))
	f.Fuzz(func(t *testing.T, authenticator, request []byte) {
		session, err := NewSession(Client, crypto.SHA256, export, ClientHello{})
		if err != nil {
			t.Fatal(err)
		}
		var no *refusal.Refusal
		if _, err = session.Validate(request, authenticator, path.Anchors{}, time.Now(), always); !errors.As(err, &no) {
			t.Errorf("no refusal: %v", err)
		}
	})
}
