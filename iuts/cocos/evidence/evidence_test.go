package evidence

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"expat-conformance/iuts/cocos/internal/testpki"
)

func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"ES256": testpki.Key(t), "ES384": p384, "EdDSA": ed, "PS256": rsaKey}
}

func TestEvidence(t *testing.T) {
	root := testpki.NewAuthority(t, "attestation root")
	roots := x509.NewCertPool()
	roots.AddCert(root.Cert)
	for name, key := range keys(t) {
		t.Run(name, func(t *testing.T) {
			leaf := root.Issue(t, "attestation", key.Public())
			// The second certificate makes x5chain an array.
			for _, chain := range [][][]byte{{leaf}, {leaf, root.Cert.Raw}} {
				attester := &Attester{Key: key, Chain: chain, UEID: []byte{1}, Measurement: []byte{2}}
				token, err := attester.Evidence([]byte("binding"), []byte("hash"))
				if err != nil {
					t.Fatal(err)
				}
				check := func(what string, v Verifier, token []byte, want error) {
					t.Helper()
					if err := v.VerifyEvidence(token); !errors.Is(err, want) {
						t.Fatalf("%s: %v, expected %v", what, err, want)
					}
				}
				check("right", Verifier{Roots: roots, Measurement: []byte{2}}, token, nil)
				check("measurement", Verifier{Roots: roots, Measurement: []byte{3}}, token, ErrPolicy)
				check("no roots", Verifier{Roots: x509.NewCertPool()}, token, ErrSignature)
				check("later", Verifier{Roots: roots, Now: time.Now().Add(48 * time.Hour)}, token, ErrSignature)
				check("no tag", Verifier{Roots: roots}, token[1:], ErrFormat)
				token[len(token)-1] ^= 1
				check("signature", Verifier{Roots: roots}, token, ErrSignature)
			}
		})
	}
}

func TestAppraiseIsStrict(t *testing.T) {
	v := Verifier{}
	profile := append([]byte{0x19, 0x01, 0x09, 0x78, byte(len(profileName))}, profileName...)
	claims := func(count byte, more ...byte) []byte {
		return append(append([]byte{0xa0 + count}, profile...), more...)
	}
	if err := v.appraise(claims(1)); err != nil {
		t.Fatal(err)
	}
	if err := v.appraise(claims(3, 0x04, 0x01, 0x04, 0x02)); !errors.Is(err, ErrFormat) {
		t.Fatalf("repeated claim: %v", err)
	}
	if err := v.appraise(claims(2, 0x04, 0x01)); !errors.Is(err, ErrPolicy) {
		t.Fatalf("expired: %v", err)
	}
	if err := v.appraise(claims(2, 0x05, 0x1b, 0, 0, 0, 0xff, 0, 0, 0, 0)); !errors.Is(err, ErrPolicy) {
		t.Fatalf("not valid yet: %v", err)
	}
	if err := v.appraise(claims(2, 0x06, 0x1a, 0x65, 0x53, 0xf1, 0x00)); err != nil {
		t.Fatalf("time of issue: %v", err)
	}
	if err := v.appraise(claims(2, 0x06, 0xfb, 0x41, 0xd9, 0x54, 0xfc, 0x40, 0x20, 0, 0)); !errors.Is(err, ErrFormat) {
		t.Fatalf("time of issue in floating point: %v", err)
	}
	if err := v.appraise([]byte{0xa0}); !errors.Is(err, ErrFormat) {
		t.Fatalf("no profile: %v", err)
	}
}
