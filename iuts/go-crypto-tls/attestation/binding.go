package attestation

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
)

// Connection is what the binding needs of the TLS connection.
type Connection struct {
	Hash   crypto.Hash // of the cipher suite
	Export authenticator.Exporter
}

// binding is what ties Evidence to a connection, a request and a key (draft sections 5.1 and 5.2).
type binding struct {
	nonce   []byte
	aikHash []byte
}

// bind computes the binding and AIK_pub_hash for the end-entity certificate.
func (p Profile) bind(connection Connection, context []byte, leaf *x509.Certificate) (binding, error) {
	publicKey, err := p.publicKey(leaf)
	if err != nil {
		return binding{}, err
	}
	exported, err := connection.Export(p.ExporterLabel, context, p.ExporterLength)
	if err != nil {
		return binding{}, err
	}
	digest := func(parts ...[]byte) []byte {
		hash := connection.Hash.New()
		for _, part := range parts {
			hash.Write(part)
		}
		return hash.Sum(nil)
	}
	return binding{nonce: digest(publicKey, exported), aikHash: digest(publicKey)}, nil
}

// publicKey is the encoding of the key that is hashed, which the draft does not name.
func (p Profile) publicKey(leaf *x509.Certificate) ([]byte, error) {
	if p.PublicKey == "spki-der" {
		return leaf.RawSubjectPublicKeyInfo, nil
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	_, err := asn1.Unmarshal(leaf.RawSubjectPublicKeyInfo, &info)
	return info.PublicKey.Bytes, err
}
