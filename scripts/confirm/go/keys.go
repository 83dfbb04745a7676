package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Scheme is how a signature is made: of TLS (RFC 8446 section 4.2.3), COSE (RFC 9053) or JOSE (RFC 7518, RFC 8037).
type Scheme struct {
	name  string
	hash  crypto.Hash // 0: Ed25519
	curve elliptic.Curve
	pss   bool
	raw   bool // an ECDSA signature is r || s, not DER
}

// tlsSchemes are the schemes of TLS 1.3 that this program verifies CertificateVerify with.
var tlsSchemes = map[uint16]Scheme{
	0x0403: {name: "ecdsa_secp256r1_sha256", hash: crypto.SHA256, curve: elliptic.P256()},
	0x0503: {name: "ecdsa_secp384r1_sha384", hash: crypto.SHA384, curve: elliptic.P384()},
	0x0807: {name: "ed25519"},
	0x0804: {name: "rsa_pss_rsae_sha256", hash: crypto.SHA256, pss: true},
	0x0805: {name: "rsa_pss_rsae_sha384", hash: crypto.SHA384, pss: true},
	0x0806: {name: "rsa_pss_rsae_sha512", hash: crypto.SHA512, pss: true},
}

// tokenSchemes are the algorithms of the Evidence profile, by their names in JOSE.
var tokenSchemes = map[string]Scheme{
	"ES256": {name: "ES256", hash: crypto.SHA256, curve: elliptic.P256(), raw: true},
	"ES384": {name: "ES384", hash: crypto.SHA384, curve: elliptic.P384(), raw: true},
	"EdDSA": {name: "EdDSA"},
	"PS256": {name: "PS256", hash: crypto.SHA256, pss: true},
}

// coseNames gives the names of JOSE to the numbers of COSE.
var coseNames = map[int64]string{-7: "ES256", -35: "ES384", -8: "EdDSA", -37: "PS256"}

// fits fails where the scheme is not one of this key.
func (s Scheme) fits(key crypto.PublicKey) error {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if s.curve != nil && key.Curve == s.curve {
			return nil
		}
	case ed25519.PublicKey:
		if s.hash == 0 {
			return nil
		}
	case *rsa.PublicKey:
		if s.pss {
			return nil
		}
	}
	return fmt.Errorf("%s is not for a key of type %T", s.name, key)
}

// verify checks a signature over the content with the standard library.
func (s Scheme) verify(key crypto.PublicKey, content, signature []byte) error {
	if err := s.fits(key); err != nil {
		return err
	}
	switch key := key.(type) {
	case ed25519.PublicKey:
		return ed25519.VerifyWithOptions(key, content, signature, &ed25519.Options{})
	case *rsa.PublicKey:
		return rsa.VerifyPSS(key, s.hash, digest(s.hash, content), signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case *ecdsa.PublicKey:
		if s.raw {
			var err error
			if signature, err = derOfRaw(signature, s.curve); err != nil {
				return err
			}
		}
		if !ecdsa.VerifyASN1(key, digest(s.hash, content), signature) {
			return errors.New("the ECDSA signature does not verify")
		}
		return nil
	}
	return fmt.Errorf("no key of type %T is known", key)
}

// derOfRaw writes the two numbers of an ECDSA signature in DER.
func derOfRaw(raw []byte, curve elliptic.Curve) ([]byte, error) {
	size := (curve.Params().BitSize + 7) / 8
	if len(raw) != 2*size {
		return nil, fmt.Errorf("the signature has %d bytes, not %d", len(raw), 2*size)
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:size]), new(big.Int).SetBytes(raw[size:])})
}

// rawOfDER is the opposite of derOfRaw.
func rawOfDER(der []byte, curve elliptic.Curve) ([]byte, error) {
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return nil, err
	}
	raw := make([]byte, 2*((curve.Params().BitSize+7)/8))
	numbers.R.FillBytes(raw[:len(raw)/2])
	numbers.S.FillBytes(raw[len(raw)/2:])
	return raw, nil
}

// signers keeps the keys that were read: reading one of RSA takes longer than all else.
var signers = map[string]crypto.Signer{}

// signer reads a test key, and checks that the first certificate of its chain is that of the key.
func (k Key) signer() (crypto.Signer, error) {
	name := string(bytes.Join(append([][]byte{k.PKCS8}, asBytes(k.Chain)...), []byte{0}))
	if signer, ok := signers[name]; ok {
		return signer, nil
	}
	signer, err := k.read()
	if err == nil {
		signers[name] = signer
	}
	return signer, err
}

func asBytes(list []Hex) [][]byte {
	out := [][]byte{}
	for _, value := range list {
		out = append(out, value)
	}
	return out
}

func (k Key) read() (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, err
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T does not sign", parsed)
	}
	if len(k.Chain) == 0 {
		return nil, errors.New("the key has no chain")
	}
	leaf, err := x509.ParseCertificate(k.Chain[0])
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(public, leaf.RawSubjectPublicKeyInfo) {
		return nil, errors.New("the first certificate of the chain is that of another key")
	}
	return signer, nil
}

// signAgain makes the one signature that there is by a deterministic scheme: Ed25519, or ECDSA by RFC 6979 (crypto/ecdsa
// does that where it is given no source of randomness). It gives nil for RSASSA-PSS.
func (s Scheme) signAgain(signer crypto.Signer, content []byte) ([]byte, error) {
	if s.pss {
		return nil, nil
	}
	if err := s.fits(signer.Public()); err != nil {
		return nil, err
	}
	if s.hash == 0 {
		return signer.Sign(nil, content, crypto.Hash(0))
	}
	der, err := signer.Sign(nil, digest(s.hash, content), s.hash)
	if err != nil || !s.raw {
		return der, err
	}
	return rawOfDER(der, s.curve)
}

// verifyPath looks for a path from the first certificate to one of the roots at that time (RFC 5280 section 6), with crypto/x509.
// What extended key usage an exported authenticator or a token needs is open, so any will do.
func verifyPath(chain [][]byte, roots []Hex, now time.Time) (*x509.Certificate, error) {
	if len(chain) == 0 {
		return nil, errors.New("there is no certificate")
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, err
	}
	options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	for _, der := range chain[1:] {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return leaf, err
		}
		options.Intermediates.AddCert(certificate)
	}
	for _, der := range roots {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return leaf, fmt.Errorf("a root: %w", err)
		}
		options.Roots.AddCert(certificate)
	}
	_, err = leaf.Verify(options)
	return leaf, err
}
