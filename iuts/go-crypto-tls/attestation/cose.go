package attestation

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"

	"expat-conformance/iuts/go-crypto-tls/path"
)

// understoodHeaders may stand in a list of critical header parameters (RFC 9052 section 3.1).
var understoodHeaders = []any{
	cose.HeaderLabelAlgorithm, cose.HeaderLabelCritical, cose.HeaderLabelContentType, cose.HeaderLabelKeyID, cose.HeaderLabelX5Chain,
}

// verifySign1 verifies a COSE_Sign1 under tag 18 whose chain leads to an anchor, and returns it.
func verifySign1(octets []byte, anchors path.Anchors, now time.Time) (*cose.Sign1Message, error) {
	var message cose.Sign1Message
	if err := message.UnmarshalCBOR(octets); err != nil {
		return nil, err
	}
	if err := checkHeaders(message.Headers); err != nil {
		return nil, err
	}
	chain, err := x5chain(message.Headers)
	if err != nil {
		return nil, err
	}
	if err := anchors.Verify(chain, now); err != nil {
		return nil, err
	}
	fitting, known := algorithmOf(chain[0].PublicKey)
	named, err := message.Headers.Protected.Algorithm()
	if err != nil {
		return nil, err
	}
	if !known || named != fitting.cose {
		return nil, errors.New("the algorithm does not fit the key")
	}
	verifier, err := cose.NewVerifier(named, chain[0].PublicKey)
	if err != nil {
		return nil, err
	}
	return &message, message.Verify(nil, verifier)
}

// checkHeaders refuses a label that stands in both headers, and critical parameters that are not understood. That they
// are there, and no label twice in one header, go-cose has seen to.
func checkHeaders(headers cose.Headers) error {
	for label := range headers.Protected {
		if _, both := headers.Unprotected[label]; both {
			return errors.New("a header parameter stands in both headers")
		}
	}
	if _, present := headers.Protected[cose.HeaderLabelCritical]; !present {
		return nil
	}
	critical, err := headers.Protected.Critical()
	if err != nil {
		return err
	}
	for _, label := range critical {
		if !slices.Contains(understoodHeaders, label) {
			return errors.New("a critical header parameter is not understood")
		}
	}
	return nil
}

// x5chain takes the chain from either header: one certificate is a byte string, several are an array (RFC 9360 section 2).
func x5chain(headers cose.Headers) ([]*x509.Certificate, error) {
	value, found := headers.Protected[cose.HeaderLabelX5Chain]
	if !found {
		value = headers.Unprotected[cose.HeaderLabelX5Chain]
	}
	switch value := value.(type) {
	case []byte:
		return path.Parse([][]byte{value})
	case []any:
		if len(value) < 2 {
			return nil, errors.New("an x5chain that is an array has two certificates or more")
		}
		der := make([][]byte, len(value))
		for index, each := range value {
			certificate, ok := each.([]byte)
			if !ok {
				return nil, errors.New("a certificate in x5chain is no byte string")
			}
			der[index] = certificate
		}
		return path.Parse(der)
	default:
		return nil, errors.New("there is no x5chain")
	}
}

// sign1 signs a claims set as COSE_Sign1 under tag 18, with the chain in the unprotected header.
func sign1(claims map[any]any, key crypto.Signer, chain [][]byte) ([]byte, error) {
	fitting, known := algorithmOf(key.Public())
	if !known {
		return nil, errors.New("no algorithm of the Evidence profile fits the attestation key")
	}
	encoder, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	payload, err := encoder.Marshal(claims)
	if err != nil {
		return nil, err
	}
	signer, err := cose.NewSigner(fitting.cose, key)
	if err != nil {
		return nil, err
	}
	var x5chain any = chain[0]
	if len(chain) > 1 {
		certificates := make([]any, len(chain))
		for index, each := range chain {
			certificates[index] = each
		}
		x5chain = certificates
	}
	headers := cose.Headers{
		Protected:   cose.ProtectedHeader{cose.HeaderLabelAlgorithm: fitting.cose},
		Unprotected: cose.UnprotectedHeader{cose.HeaderLabelX5Chain: x5chain},
	}
	return cose.Sign1(rand.Reader, signer, headers, payload, nil)
}
