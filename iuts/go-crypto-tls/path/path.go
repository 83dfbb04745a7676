// Package path validates certification paths (RFC 5280 section 6.1) by crypto/x509.
package path

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"
)

// Anchors are the trusted roots of one purpose. Without any, nothing is trusted: crypto/x509 takes the roots of the
// system only where there is no pool at all.
type Anchors struct{ pool *x509.CertPool }

// NewAnchors parses the DER certificates of the roots.
func NewAnchors(der [][]byte) (Anchors, error) {
	pool := x509.NewCertPool()
	for index, each := range der {
		root, err := x509.ParseCertificate(each)
		if err != nil {
			return Anchors{}, fmt.Errorf("root %d: %w", index, err)
		}
		pool.AddCert(root)
	}
	return Anchors{pool}, nil
}

// Verify validates the chain, leaf first, at the given time. The certificates behind the leaf are candidates for the
// path and may come in any order (RFC 8446 section 4.4.2). No extended key usage is demanded: neither RFC 9261 nor the
// attestation draft names one.
func (a Anchors) Verify(chain []*x509.Certificate, now time.Time) error {
	intermediates := x509.NewCertPool()
	for _, each := range chain[1:] {
		intermediates.AddCert(each)
	}
	options := a.Options(now)
	options.Intermediates = intermediates
	_, err := chain[0].Verify(options)
	return err
}

// maximumRSABits is the limit of crypto/tls: a larger key costs whoever verifies too much time.
const maximumRSABits = 8192

// Parse parses a chain of DER certificates, leaf first.
func Parse(der [][]byte) ([]*x509.Certificate, error) {
	chain := make([]*x509.Certificate, 0, len(der))
	for index, each := range der {
		certificate, err := x509.ParseCertificate(each)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", index, err)
		}
		if key, ok := certificate.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maximumRSABits {
			return nil, fmt.Errorf("certificate %d: an RSA key of %d bits", index, key.N.BitLen())
		}
		chain = append(chain, certificate)
	}
	return chain, nil
}

// Options are those of Verify, for libraries that validate a chain themselves.
func (a Anchors) Options(now time.Time) x509.VerifyOptions {
	return x509.VerifyOptions{Roots: a.pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
}
