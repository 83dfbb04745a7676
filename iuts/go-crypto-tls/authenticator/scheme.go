package authenticator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes of the schemes and of the cipher suites
	_ "crypto/sha512"
	"slices"
)

// Scheme is a SignatureScheme of TLS 1.3 (RFC 8446 section 4.2.3).
type Scheme uint16

// schemeRules has the schemes that TLS 1.3 allows in CertificateVerify and crypto/x509 has keys for. PKCS #1 v1.5 and
// SHA-1 are for certificates alone (RFC 8446 section 4.4.3). Not here: rsa_pss_pss_*, because crypto/x509 does not read
// a key under the identifier RSASSA-PSS, and ed448.
var schemeRules = map[Scheme]struct {
	hash  crypto.Hash
	curve elliptic.Curve // of ECDSA, where the scheme fixes it
	rsa   bool
}{
	0x0403: {hash: crypto.SHA256, curve: elliptic.P256()},
	0x0503: {hash: crypto.SHA384, curve: elliptic.P384()},
	0x0603: {hash: crypto.SHA512, curve: elliptic.P521()},
	0x0804: {hash: crypto.SHA256, rsa: true},
	0x0805: {hash: crypto.SHA384, rsa: true},
	0x0806: {hash: crypto.SHA512, rsa: true},
	0x0807: {}, // ed25519, PureEdDSA
}

// Schemes lists what is supported, in ascending order.
func Schemes() []Scheme {
	var schemes []Scheme
	for scheme := range schemeRules {
		schemes = append(schemes, scheme)
	}
	slices.Sort(schemes)
	return schemes
}

// fits says whether a key of this type, and of this curve, can be used with the scheme.
func (s Scheme) fits(key crypto.PublicKey) bool {
	rules, known := schemeRules[s]
	if !known {
		return false
	}
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return rules.curve != nil && rules.curve == key.Curve
	case *rsa.PublicKey:
		return rules.rsa
	case ed25519.PublicKey:
		return rules.curve == nil && !rules.rsa
	default:
		return false
	}
}

func (s Scheme) digest(content []byte) ([]byte, crypto.SignerOpts) {
	rules := schemeRules[s]
	if rules.hash == 0 {
		return content, crypto.Hash(0)
	}
	hash := rules.hash.New()
	hash.Write(content)
	if rules.rsa {
		return hash.Sum(nil), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: rules.hash}
	}
	return hash.Sum(nil), rules.hash
}

func (s Scheme) sign(key crypto.Signer, content []byte) ([]byte, error) {
	digest, options := s.digest(content)
	return key.Sign(rand.Reader, digest, options)
}

func (s Scheme) verify(key crypto.PublicKey, content, signature []byte) bool {
	digest, options := s.digest(content)
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest, signature)
	case *rsa.PublicKey:
		pss, isPSS := options.(*rsa.PSSOptions)
		return isPSS && rsa.VerifyPSS(key, pss.Hash, digest, signature, pss) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(key, content, signature)
	default:
		return false
	}
}
