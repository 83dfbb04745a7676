// Package evidence is the attesting environment and the Verifier that the programs around Cocos need.
//
// Cocos gets its Evidence from a TEE service (its attestation client) and hands it to an EvidenceVerifier
// that the caller configures. Neither exists on a machine without a TEE, so this package stands in for
// both. Everything between the two, that is to say the binding, the payload and the extension, is
// Cocos's own code.
package evidence

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
	"github.com/ultravioletrs/cocos/pkg/atls/ea"
	eaattestation "github.com/ultravioletrs/cocos/pkg/atls/eaattestation"
	"github.com/veraison/go-cose"
)

// MediaType is the only kind of Evidence that Cocos carries (pkg/atls/provider.go).
const MediaType = "application/eat+cwt"

// The claims of the Evidence profile. The negative numbers are for private use.
const (
	claimExpiration  = 4
	claimNotBefore   = 5
	claimIssuedAt    = 6
	claimNonce       = 10
	claimUEID        = 256
	claimProfile     = 265
	claimAIKHash     = -65537
	claimMeasurement = -65538

	profileName = "tag:expat-conformance,2026:evidence"
)

// Attester makes Evidence with one attestation key.
type Attester struct {
	Key         crypto.Signer
	Chain       [][]byte // DER, leaf first, root left out
	UEID        []byte
	Measurement []byte
}

// Evidence signs one EAT. The binding and the hash of the public key become claims, so that a relying
// party that looks inside finds both under the signature.
func (a *Attester) Evidence(binding, aikHash []byte) ([]byte, error) {
	alg, err := algorithmOf(a.Key)
	if err != nil {
		return nil, err
	}
	if len(a.Chain) == 0 {
		return nil, errors.New("evidence: no certificate for the attestation key")
	}
	enc, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	payload, err := enc.Marshal(map[int64]any{
		claimNonce:       binding,
		claimUEID:        a.UEID,
		claimProfile:     profileName,
		claimAIKHash:     aikHash,
		claimMeasurement: a.Measurement,
	})
	if err != nil {
		return nil, err
	}
	signer, err := cose.NewSigner(alg, a.Key)
	if err != nil {
		return nil, err
	}
	message := cose.Sign1Message{
		Headers: cose.Headers{
			Protected:   cose.ProtectedHeader{cose.HeaderLabelAlgorithm: alg},
			Unprotected: cose.UnprotectedHeader{cose.HeaderLabelX5Chain: x5chain(a.Chain)},
		},
		Payload: payload,
	}
	if err := message.Sign(rand.Reader, nil, signer); err != nil {
		return nil, err
	}
	return message.MarshalCBOR()
}

// LeafExtensions follows provider.BuildLeafExtensions of pkg/atls/provider.go line by line; only the call
// of the attestation client is replaced. What goes on the wire is therefore Cocos's JSON payload and not
// a CMW, whatever the peer would like to see.
func (a *Attester) LeafExtensions(st *tls.ConnectionState, req *ea.AuthenticatorRequest, leaf *x509.Certificate) ([]ea.Extension, error) {
	_, aikHash, binding, err := eaattestation.ComputeBinding(st, eaattestation.ExporterLabelAttestation, req.Context, leaf)
	if err != nil {
		return nil, err
	}
	// Cocos passes SHA-512(binding) as report data and SHA-256(exported value) as nonce to its TEE service.
	// Both are matters of the Evidence format; in an EAT the nonce is the binding itself.
	token, err := a.Evidence(binding, aikHash)
	if err != nil {
		return nil, err
	}
	payload, err := eaattestation.MarshalPayload(eaattestation.Payload{
		Version:   1,
		MediaType: MediaType,
		Evidence:  token,
		Binder: eaattestation.AttestationBinder{
			ExporterLabel: eaattestation.ExporterLabelAttestation,
			AIKPubHash:    aikHash,
			Binding:       binding,
		},
	})
	if err != nil {
		return nil, err
	}
	extension, err := ea.CMWAttestationDataExtension(payload)
	if err != nil {
		return nil, err
	}
	return []ea.Extension{extension}, nil
}

// x5chain encodes a single certificate as a bare byte string and several as an array (RFC 9360).
func x5chain(chain [][]byte) any {
	if len(chain) == 1 {
		return chain[0]
	}
	list := make([]any, len(chain))
	for i, der := range chain {
		list[i] = der
	}
	return list
}

func algorithmOf(key crypto.Signer) (cose.Algorithm, error) {
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		switch k.Curve.Params().Name {
		case "P-256":
			return cose.AlgorithmES256, nil
		case "P-384":
			return cose.AlgorithmES384, nil
		}
	case ed25519.PrivateKey:
		return cose.AlgorithmEdDSA, nil
	case *rsa.PrivateKey:
		return cose.AlgorithmPS256, nil
	}
	return 0, fmt.Errorf("evidence: no algorithm for a key of type %T", key)
}
