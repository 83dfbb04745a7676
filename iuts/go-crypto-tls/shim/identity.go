package main

import (
	"crypto"
	"crypto/x509"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
)

type identityParams struct {
	Chain []octets `json:"chain"`
	Key   octets   `json:"key"`
}

// parse reads chain and key; nil stays nil.
func (p *identityParams) parse() (*authenticator.Identity, error) {
	if p == nil {
		return nil, nil
	}
	if len(p.Chain) == 0 {
		return nil, wrongParams("an identity has at least one certificate")
	}
	leaf, err := x509.ParseCertificate(p.Chain[0])
	if err != nil {
		return nil, wrongParams("identity: %v", err)
	}
	key, err := parseKey(p.Key)
	if err != nil {
		return nil, err
	}
	return &authenticator.Identity{Chain: plain(p.Chain), Leaf: leaf, Key: key}, nil
}

func parseKey(der []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, wrongParams("private key: %v", err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, wrongParams("a key of type %T signs nothing", parsed)
	}
	return key, nil
}

// plain drops the JSON form of byte strings.
func plain(strings []octets) [][]byte {
	result := make([][]byte, len(strings))
	for index, each := range strings {
		result[index] = each
	}
	return result
}
