package attestation

import (
	"bytes"
	"crypto"
	"encoding/base64"

	"github.com/veraison/cmw"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Attester stands in for the attesting environment, or holds the Attestation Result that it was given.
type Attester struct {
	Type        string // media type
	Form        string // of the CMW: record, tag or collection
	Encoding    string // of the CMW: cbor or json
	UEID        []byte
	Measurement []byte
	Key         crypto.Signer // of attestation, not of the end entity
	Chain       [][]byte
	Result      []byte // an Attestation Result in place of Evidence
}

// Extend answers an offer of cmw_attestation with Evidence or the Attestation Result. Without an attester, or without an
// offer, there is no extension (draft section 3.1).
func (p Profile) Extend(connection Connection, identity *authenticator.Identity, attester *Attester) authenticator.Extend {
	return func(context []byte, asked []authenticator.Extension) ([]authenticator.Extension, error) {
		offered, err := p.offered(asked)
		if err != nil || !offered || attester == nil {
			return nil, err
		}
		value, indicator := attester.Result, cmw.Indicator(cmw.AttestationResults)
		if value == nil {
			bound, err := p.bind(connection, context, identity.Leaf)
			if err != nil {
				return nil, err
			}
			if value, err = attester.evidence(p, bound); err != nil {
				return nil, err
			}
			indicator = cmw.Evidence
		}
		wrapped, err := buildCMW(attester.Form, attester.Encoding, attester.Type, value, indicator)
		if err != nil {
			return nil, err
		}
		extension, err := p.buildExtension(wrapped)
		if err != nil {
			return nil, refusal.New("other", "cmw_data has no room for this: %v", err)
		}
		return []authenticator.Extension{extension}, nil
	}
}

// evidence makes and signs the Evidence of the profile in docs/iut-protocol.md.
func (a *Attester) evidence(profile Profile, bound binding) ([]byte, error) {
	octets := []struct {
		claim Claim
		value []byte
	}{
		{profile.EvidenceNonce, bound.nonce},
		{profile.AIKHashClaim, bound.aikHash},
		{labelUEID, a.UEID},
		{labelMeasurement, a.Measurement},
	}
	if a.Type == TypeJWT {
		set := map[string]any{labelProfile.JWT.name(): evidenceProfile}
		for _, each := range octets {
			set[each.claim.JWT.name()] = base64.RawURLEncoding.EncodeToString(each.value)
		}
		return signJWS(set, a.Key, a.Chain)
	}
	set := map[any]any{labelProfile.CWT.key: evidenceProfile}
	for _, each := range octets {
		set[each.claim.CWT.key] = each.value
	}
	return sign1(set, a.Key, a.Chain)
}

// appraiseEvidence verifies Evidence up to an anchor, and compares binding, AIK hash and measurement (draft sections 4 and 5).
func (r *RelyingParty) appraiseEvidence(mediaType string, evidence []byte, bound binding) error {
	set, err := readToken(mediaType, evidence, r.Attestation, r.Now)
	if err != nil {
		return refusal.New("evidence-signature", "%v", err)
	}
	if !holds(set, r.Profile.EvidenceNonce, bound.nonce) {
		return refusal.New("binding-mismatch", "the nonce of the Evidence is not the binding")
	}
	if !holds(set, r.Profile.AIKHashClaim, bound.aikHash) {
		return refusal.New("aik-mismatch", "AIK_pub_hash is not that of the end-entity key")
	}
	if err := checkTimes(set, r.Now); err != nil {
		return refusal.New("policy", "%v", err)
	}
	if r.Measurement != nil && !holds(set, labelMeasurement, r.Measurement) {
		return refusal.New("policy", "the measurement is not the reference value")
	}
	return nil
}

// holds says whether a claim is the very byte string.
func holds(set claims, claim Claim, expected []byte) bool {
	value, found := set.lookup(claim)
	if !found {
		return false
	}
	octets, ok := set.octets(value)
	return ok && bytes.Equal(octets, expected)
}
