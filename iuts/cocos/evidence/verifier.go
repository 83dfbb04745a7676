package evidence

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

var (
	// ErrFormat: the bytes are not the COSE_Sign1 that the Evidence profile describes.
	ErrFormat = errors.New("evidence: malformed")
	// ErrSignature: the signature, or the path of the attestation key, does not verify.
	ErrSignature = errors.New("evidence: signature or attestation key not trusted")
	// ErrPolicy: genuine Evidence that the policy does not accept.
	ErrPolicy = errors.New("evidence: refused by policy")
)

// Verifier implements eaattestation.EvidenceVerifier.
//
// That interface hands over the Evidence and nothing else: neither the binding nor the hash of the public
// key reaches a verifier. So the claims 10 and -65537 are deliberately not looked at here. Whether they
// belong to this connection is for Cocos to decide, and a back door that told the verifier what Cocos
// does not tell it would hide the answer.
type Verifier struct {
	Roots       *x509.CertPool
	Now         time.Time
	Measurement []byte // nil: any
}

// VerifyEvidence checks the signature up to a root, the times, and the measurement.
func (v *Verifier) VerifyEvidence(token []byte) error {
	var message cose.Sign1Message
	if err := message.UnmarshalCBOR(token); err != nil { // insists on tag 18
		return fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if _, critical := message.Headers.Protected[cose.HeaderLabelCritical]; critical {
		return fmt.Errorf("%w: critical header parameters are not understood", ErrFormat)
	}
	key, err := v.attestationKey(message.Headers.Unprotected[cose.HeaderLabelX5Chain])
	if err != nil {
		return err
	}
	alg, err := message.Headers.Protected.Algorithm()
	if err != nil {
		return fmt.Errorf("%w: %v", ErrFormat, err)
	}
	switch alg {
	case cose.AlgorithmES256, cose.AlgorithmES384, cose.AlgorithmEdDSA, cose.AlgorithmPS256:
	default:
		return fmt.Errorf("%w: algorithm %v", ErrSignature, alg)
	}
	verifier, err := cose.NewVerifier(alg, key)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrSignature, err)
	}
	if err := message.Verify(nil, verifier); err != nil {
		return fmt.Errorf("%w: %v", ErrSignature, err)
	}
	return v.appraise(message.Payload)
}

// attestationKey takes the key out of x5chain after the path to a root has been validated.
func (v *Verifier) attestationKey(header any) (any, error) {
	chain, err := parseChain(header)
	if err != nil {
		return nil, err
	}
	intermediates := x509.NewCertPool()
	for _, c := range chain[1:] {
		intermediates.AddCert(c)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots:         v.Roots,
		Intermediates: intermediates,
		CurrentTime:   v.Now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrSignature, err)
	}
	return chain[0].PublicKey, nil
}

func parseChain(header any) ([]*x509.Certificate, error) {
	items, isArray := header.([]any)
	if !isArray {
		items = []any{header}
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%w: x5chain is empty", ErrFormat)
	}
	chain := make([]*x509.Certificate, 0, len(items))
	for _, item := range items {
		der, ok := item.([]byte)
		if !ok {
			return nil, fmt.Errorf("%w: x5chain is missing or holds a %T", ErrFormat, item)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("%w: x5chain: %v", ErrFormat, err)
		}
		chain = append(chain, c)
	}
	return chain, nil
}

// appraise reads the claims strictly: with a repeated key two readers could see two measurements.
func (v *Verifier) appraise(payload []byte) error {
	dec, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IntDec: cbor.IntDecConvertSigned}.DecMode()
	if err != nil {
		return err
	}
	var claims map[any]any
	if err := dec.Unmarshal(payload, &claims); err != nil {
		return fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if profile := claims[int64(claimProfile)]; profile != profileName {
		return fmt.Errorf("%w: eat_profile is %v", ErrFormat, profile)
	}
	if err := v.checkTimes(claims); err != nil {
		return err
	}
	if v.Measurement == nil {
		return nil
	}
	if measured, ok := claims[int64(claimMeasurement)].([]byte); !ok || !bytes.Equal(measured, v.Measurement) {
		return fmt.Errorf("%w: another measurement", ErrPolicy)
	}
	return nil
}

func (v *Verifier) checkTimes(claims map[any]any) error {
	now := v.Now
	if now.IsZero() {
		now = time.Now()
	}
	seconds := float64(now.Unix())
	// RFC 9711 section 4.3.1: a floating-point iat is an error.
	if issued, present := claims[int64(claimIssuedAt)]; present {
		if _, ok := issued.(int64); !ok {
			return fmt.Errorf("%w: iat is %v", ErrFormat, issued)
		}
	}
	if expires, present := claims[int64(claimExpiration)]; present {
		if at, ok := numericDate(expires); !ok || seconds >= at {
			return fmt.Errorf("%w: expired", ErrPolicy)
		}
	}
	if begins, present := claims[int64(claimNotBefore)]; present {
		if at, ok := numericDate(begins); !ok || seconds < at {
			return fmt.Errorf("%w: not valid yet", ErrPolicy)
		}
	}
	return nil
}

// numericDate reads a CWT NumericDate, which may be an integer or a floating-point number.
func numericDate(value any) (float64, bool) {
	switch t := value.(type) {
	case int64:
		return float64(t), true
	case float64:
		return t, !math.IsNaN(t)
	}
	return 0, false
}
