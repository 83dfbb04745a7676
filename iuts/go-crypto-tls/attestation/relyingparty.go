package attestation

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
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
	Profile      Profile
	Connection   Connection
	Attestation  path.Anchors // of attestation keys
	Results      path.Anchors // of issuers of Attestation Results
	Policy       Policy
	AcceptSigned bool   // whether a CMW may itself be signed
	Measurement  []byte // the reference value; nil where there is none
	Now          time.Time
	Outcome      Outcome // filled in where it accepts
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
	if beginsSigned(data) {
		if data, err = r.openSigned(data); err != nil {
			return err
		}
	}
	records, err := readCMW(data, 0)
	if err != nil {
		return err
	}
	bound, err := r.Profile.bind(r.Connection, validated.Context, validated.Leaf)
	if err != nil {
		return err
	}
	// The order of items in a collection says nothing (CMW section 3.3). Of several types the first in this order is
	// reported, so that the same message always gets the same answer.
	slices.SortStableFunc(records, func(a, b *record) int { return strings.Compare(a.mediaType, b.mediaType) })
	for _, each := range records {
		model, err := r.appraise(each, bound, validated.Leaf)
		if err != nil {
			return err
		}
		if !r.Outcome.Attested {
			r.Outcome = Outcome{true, model, each.mediaType}
		}
	}
	return nil
}

// The models of RATS (RFC 9334).
const (
	BackgroundCheck = "background-check"
	Passport        = "passport"
)

// appraise judges one message, of a collection each. EAT serves Evidence and results alike, so the indicator decides.
// Without one, who has signed does: the message has to be right in full as one of the two.
func (r *RelyingParty) appraise(message *record, bound binding, leaf *x509.Certificate) (string, error) {
	if message.mediaType != TypeCWT && message.mediaType != TypeJWT {
		return "", refusal.New("cmw", "the type %q is not known", message.mediaType)
	}
	switch {
	case message.indicator.Has(cmw.Evidence):
		return BackgroundCheck, r.appraiseEvidence(message.mediaType, message.value, bound)
	case message.indicator.Has(cmw.AttestationResults):
		return Passport, r.appraiseResult(message.mediaType, message.value, leaf)
	case !message.indicator.Empty():
		return "", refusal.New("cmw", "the indicator is neither that of Evidence nor that of Attestation Results")
	}
	err := r.appraiseEvidence(message.mediaType, message.value, bound)
	if err != nil && r.appraiseResult(message.mediaType, message.value, leaf) == nil {
		return Passport, nil
	}
	return BackgroundCheck, err
}

// readToken verifies an EAT of the media type and reads its claims.
func readToken(mediaType string, token []byte, anchors path.Anchors, now time.Time) (claims, error) {
	if mediaType == TypeCWT {
		message, err := verifySign1(token, anchors, now)
		if err != nil {
			return nil, fmt.Errorf("COSE_Sign1: %w", err)
		}
		return readCWTClaims(message.Payload)
	}
	verified, err := verifyJWS(token, anchors, now)
	if err != nil {
		return nil, fmt.Errorf("JWS: %w", err)
	}
	return readJWTClaims(verified.payload)
}
