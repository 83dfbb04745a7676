// Package testpki makes certificates and, with nothing but the standard library, the authenticators that
// the tests show to Cocos. It shares no code with Cocos, so a common mistake cannot hide.
package testpki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"math/big"
	"testing"
	"time"
)

// Offer is the number of cmw_attestation, SHA256WithP256 the scheme ecdsa_secp256r1_sha256.
const (
	Offer          = 0xff00
	SHA256WithP256 = 0x0403
)

// Authority is a root with its key.
type Authority struct {
	Cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Key makes a P-256 key.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// NewAuthority makes a root.
func NewAuthority(t testing.TB, name string) *Authority {
	t.Helper()
	a := &Authority{key: Key(t)}
	template := template(name)
	template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	a.Cert = sign(t, template, template, &a.key.PublicKey, a.key)
	return a
}

// Issue certifies a public key for localhost.
func (a *Authority) Issue(t testing.TB, name string, public crypto.PublicKey) []byte {
	t.Helper()
	template := template(name)
	template.DNSNames, template.KeyUsage = []string{"localhost"}, x509.KeyUsageDigitalSignature
	return sign(t, template, a.Cert, public, a.key).Raw
}

func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		BasicConstraintsValid: true,
	}
}

func sign(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// Vector writes data behind a length of so many bytes.
func Vector(size int, data ...[]byte) []byte {
	all := bytes.Join(data, nil)
	length := binary.BigEndian.AppendUint32(nil, uint32(len(all)))
	return append(length[4-size:], all...)
}

// Extension writes one extension.
func Extension(number uint16, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, number), Vector(2, data)...)
}

// Request writes a request; number is 13 or 17.
func Request(number byte, context []byte, extensions ...[]byte) []byte {
	return append([]byte{number}, Vector(3, Vector(1, context), Vector(2, extensions...))...)
}

// Schemes writes the extension signature_algorithms.
func Schemes(schemes ...uint16) []byte {
	var list []byte
	for _, s := range schemes {
		list = binary.BigEndian.AppendUint16(list, s)
	}
	return Extension(13, Vector(2, list))
}

// Entry writes one certificate with its extensions.
func Entry(der []byte, extensions ...[]byte) []byte {
	return append(Vector(3, der), Vector(2, extensions...)...)
}

// Seal makes an authenticator of a SHA-256 connection from finished entries. sender is "client" or "server".
func Seal(t testing.TB, st tls.ConnectionState, sender string, request, context []byte, scheme uint16, key *ecdsa.PrivateKey, entries ...[]byte) []byte {
	t.Helper()
	certificate := append([]byte{11}, Vector(3, Vector(1, context), Vector(3, entries...))...)
	handshake := Export(t, st, "EXPORTER-"+sender+" authenticator handshake context", nil)
	transcript := bytes.Join([][]byte{handshake, request, certificate}, nil)
	digest := sha256.Sum256(CertificateVerifyInput(transcript))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	verify := append([]byte{15}, Vector(3, binary.BigEndian.AppendUint16(nil, scheme), Vector(2, signature))...)
	finished := Finished(t, st, sender, append(transcript, verify...))
	return bytes.Join([][]byte{certificate, verify, finished}, nil)
}

// CertificateVerifyInput is what a CertificateVerify signs.
func CertificateVerifyInput(transcript []byte) []byte {
	digest := sha256.Sum256(transcript)
	return bytes.Join([][]byte{bytes.Repeat([]byte{0x20}, 64), []byte("Exported Authenticator"), {0}, digest[:]}, nil)
}

// Finished makes the last message over a transcript.
func Finished(t testing.TB, st tls.ConnectionState, sender string, transcript []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(transcript)
	mac := hmac.New(sha256.New, Export(t, st, "EXPORTER-"+sender+" authenticator finished key", nil))
	mac.Write(digest[:])
	return append([]byte{20}, Vector(3, mac.Sum(nil))...)
}

// Export exports 32 bytes.
func Export(t testing.TB, st tls.ConnectionState, label string, context []byte) []byte {
	t.Helper()
	out, err := st.ExportKeyingMaterial(label, context, 32)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Binding is Hash(SPKI || TLS-Exporter("Attestation", context, 32)); the second value is Hash(SPKI).
func Binding(t testing.TB, st tls.ConnectionState, context, leaf []byte) (binding, aikHash []byte) {
	t.Helper()
	cert, err := x509.ParseCertificate(leaf)
	if err != nil {
		t.Fatal(err)
	}
	spki := cert.RawSubjectPublicKeyInfo
	b := sha256.Sum256(append(append([]byte{}, spki...), Export(t, st, "Attestation", context)...))
	h := sha256.Sum256(spki)
	return b[:], h[:]
}
