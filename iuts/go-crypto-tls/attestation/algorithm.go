package attestation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"
	"github.com/veraison/go-cose"
)

// algorithm is one of the Evidence profile, by its names in COSE and JOSE.
type algorithm struct {
	cose cose.Algorithm
	jose jose.SignatureAlgorithm
}

var (
	es256 = algorithm{cose.AlgorithmES256, jose.ES256}
	es384 = algorithm{cose.AlgorithmES384, jose.ES384}
	eddsa = algorithm{cose.AlgorithmEdDSA, jose.EdDSA}
	ps256 = algorithm{cose.AlgorithmPS256, jose.PS256}

	joseAlgorithms = []jose.SignatureAlgorithm{es256.jose, es384.jose, eddsa.jose, ps256.jose}
)

// algorithmOf is the one algorithm that goes with a key. It fixes the curve also for COSE, which leaves that open.
func algorithmOf(key crypto.PublicKey) (algorithm, bool) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return es256, true
		case elliptic.P384():
			return es384, true
		}
	case ed25519.PublicKey:
		return eddsa, true
	case *rsa.PublicKey:
		return ps256, true
	}
	return algorithm{}, false
}
