package attestation

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/veraison/ear"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// The claims of EAR (draft-ietf-rats-ear) that a relying party goes by.
var (
	labelSubmods        = Claim{Label{int64(266)}, Label{"submods"}}
	labelStatus         = Claim{Label{int64(1000)}, Label{"ear.status"}}
	labelKeyAttestation = Claim{Label{int64(-70002)}, Label{"ear.veraison.key-attestation"}}
)

// appraiseResult verifies an Attestation Result up to an issuer, and asks of each appraisal in it that it is affirming
// and speaks of the end-entity key. A status of warning is not enough: no policy says otherwise.
func (r *RelyingParty) appraiseResult(mediaType string, result []byte, leaf *x509.Certificate) error {
	set, err := readToken(mediaType, result, r.Results, r.Now)
	if err != nil {
		return refusal.New("result-signature", "%v", err)
	}
	if err := checkTimes(set, r.Now); err != nil {
		return refusal.New("policy", "%v", err)
	}
	appraisals, err := readAppraisals(set)
	if err != nil {
		return refusal.New("policy", "%v", err)
	}
	for _, appraisal := range appraisals {
		if *appraisal.Status != ear.TrustTierAffirming {
			return refusal.New("policy", "the status is %v", *appraisal.Status)
		}
		attested, err := appraisal.GetKeyAttestation()
		if err != nil {
			return refusal.New("aik-mismatch", "%v", err)
		}
		if key, comparable := attested.(interface{ Equal(crypto.PublicKey) bool }); !comparable || !key.Equal(leaf.PublicKey) {
			return refusal.New("aik-mismatch", "the result speaks of another key")
		}
	}
	return nil
}

// readAppraisals reads the submodules by veraison/ear. The result as a whole is not read by it: it knows JWT alone, and
// takes no profile but its own. A CWT is brought into the form of the JWT first.
func readAppraisals(set claims) ([]*ear.Appraisal, error) {
	value, _ := set.lookup(labelSubmods)
	var submods []claims
	switch value := value.(type) {
	case map[string]any:
		for _, each := range value {
			submod, ok := each.(map[string]any)
			if !ok {
				return nil, errors.New("a submodule is no object")
			}
			submods = append(submods, jwtClaims(submod))
		}
	case map[any]any:
		for _, each := range value {
			submod, ok := each.(map[any]any)
			if !ok {
				return nil, errors.New("a submodule is no map")
			}
			submods = append(submods, cwtClaims(submod))
		}
	}
	if len(submods) == 0 {
		return nil, errors.New("there is no appraisal in the result")
	}
	appraisals := make([]*ear.Appraisal, len(submods))
	for index, submod := range submods {
		members, err := appraisalMembers(submod)
		if err != nil {
			return nil, err
		}
		if appraisals[index], err = ear.ToAppraisal(members); err != nil {
			return nil, err
		}
	}
	return appraisals, nil
}

// appraisalMembers takes status and key attestation out of a submodule, as veraison/ear reads them. The status is a text
// in JSON and a number in CBOR, and veraison/ear would take either in both.
func appraisalMembers(submod claims) (map[string]any, error) {
	members := map[string]any{}
	status, _ := submod.lookup(labelStatus)
	attestation, found := submod.lookup(labelKeyAttestation)
	switch submod.(type) {
	case jwtClaims:
		if _, text := status.(string); !text {
			return nil, fmt.Errorf("the status %v is no text", status)
		}
		if found {
			members[labelKeyAttestation.JWT.name()] = attestation
		}
	default:
		if _, number := status.(uint64); !number {
			return nil, fmt.Errorf("the status %v is no unsigned integer", status)
		}
		if found {
			key, err := keyAttestationOfCWT(attestation)
			if err != nil {
				return nil, err
			}
			members[labelKeyAttestation.JWT.name()] = key
		}
	}
	members[labelStatus.JWT.name()] = status
	return members, nil
}

// keyAttestationOfCWT has the key in base64url, as it stands in a JWT.
func keyAttestationOfCWT(attestation any) (map[string]any, error) {
	members, ok := attestation.(map[any]any)
	if !ok {
		return nil, errors.New("the key attestation is no map")
	}
	key, ok := members["akpub"].([]byte)
	if !ok {
		return nil, errors.New("akpub is no byte string")
	}
	return map[string]any{"akpub": base64.RawURLEncoding.EncodeToString(key)}, nil
}
