package attestation

import (
	"fmt"
	"time"

	"github.com/veraison/cmw"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/path"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Policy says what is done with attestation.
type Policy string

// The policies of docs/iut-protocol.md.
const (
	Required Policy = "required"
	Optional Policy = "optional"
	None     Policy = "none"
)

// RelyingParty judges the attestation of one authenticator.
type RelyingParty struct {
	Profile     Profile
	Connection  Connection
	Attestation path.Anchors // of attestation keys
	Results     path.Anchors // of issuers of Attestation Results
	Policy      Policy
	Measurement []byte // the reference value; nil where there is none
	Now         time.Time
	Outcome     Outcome // filled in where it accepts
}

// Outcome is what was attested, if anything.
type Outcome struct {
	Attested bool
	Model    string
	Type     string
}

// Accept refuses attestation that is bad, and its absence where the policy requires it. The rules of the extension hold
// under every policy; the CMW is not read under None.
func (r *RelyingParty) Accept(validated *authenticator.Validated) error {
	data, err := r.Profile.cmwData(validated)
	if err != nil {
		return err
	}
	if data == nil && r.Policy == Required {
		return refusal.New("attestation-missing", "the authenticator holds no attestation")
	}
	if data == nil || r.Policy == None {
		return nil
	}
	wrapped, err := readRecord(data)
	if err != nil {
		return err
	}
	if wrapped.mediaType != TypeCWT && wrapped.mediaType != TypeJWT {
		return refusal.New("cmw", "the type %q is not known", wrapped.mediaType)
	}
	// EAT serves both, so the indicator decides; without one it is taken for Evidence.
	switch {
	case wrapped.indicator.Empty() || wrapped.indicator.Has(cmw.Evidence):
		bound, failed := r.Profile.bind(r.Connection, validated.Context, validated.Leaf)
		if failed != nil {
			return failed
		}
		err = r.appraiseEvidence(wrapped.mediaType, wrapped.value, bound)
		r.Outcome = Outcome{true, "background-check", wrapped.mediaType}
	case wrapped.indicator.Has(cmw.AttestationResults):
		err = r.appraiseResult(wrapped.mediaType, wrapped.value, validated.Leaf)
		r.Outcome = Outcome{true, "passport", wrapped.mediaType}
	default:
		err = refusal.New("cmw", "the indicator is neither that of Evidence nor that of Attestation Results")
	}
	return err
}

// readToken verifies an EAT of the media type and reads its claims.
func readToken(mediaType string, token []byte, anchors path.Anchors, now time.Time) (claims, error) {
	if mediaType == TypeCWT {
		payload, err := verifySign1(token, anchors, now)
		if err != nil {
			return nil, fmt.Errorf("COSE_Sign1: %w", err)
		}
		return readCWTClaims(payload)
	}
	payload, err := verifyJWS(token, anchors, now)
	if err != nil {
		return nil, fmt.Errorf("JWS: %w", err)
	}
	return readJWTClaims(payload)
}
