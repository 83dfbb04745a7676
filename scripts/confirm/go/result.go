package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/veraison/ear"
)

// tiers are the trustworthiness tiers of draft-ietf-rats-ear-04 by their names in JSON, with their numbers in CBOR.
var tiers = map[string]int64{"none": 0, "affirming": 2, "warning": 32, "contraindicated": 96}

// Result is what an EAR says (draft-ietf-rats-ear-04 section 3), as far as a relying party goes by it.
type Result struct {
	statuses []int64 // of each submodule
}

// cborClaim and jsonClaim read a claim as a Go value; nil where it is absent.
func cborClaim(claims map[any]cbor.RawMessage, label any) (any, error) {
	item, ok := claims[label]
	if !ok {
		return nil, nil
	}
	var value any
	err := strictCBOR.Unmarshal(item, &value)
	return value, err
}

func jsonClaim(claims map[string]json.RawMessage, label string) (any, error) {
	item, ok := claims[label]
	if !ok {
		return nil, nil
	}
	var value any
	err := json.Unmarshal(item, &value)
	return value, err
}

// time reads a claim of type ~time-int (RFC 9711 section 7.2.4); false where it is absent.
func (c Claims) time(cwt int64, jwt string) (int64, bool, error) {
	var value any
	var err error
	if c.cbor != nil {
		value, err = cborClaim(c.cbor, cwt)
	} else {
		value, err = jsonClaim(c.json, jwt)
	}
	switch value := value.(type) {
	case nil:
		return 0, false, err
	case int64:
		return value, true, err
	case float64:
		if c.json != nil && value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return int64(value), true, err
		}
	}
	return 0, false, fmt.Errorf("%s is no integer", jwt)
}

// appraisals reads the submodules of an EAR.
func (c Claims) appraisals() ([]Claims, error) {
	all := []Claims{}
	if c.cbor != nil {
		submods, err := cborMap(c.cbor[int64(266)])
		if err != nil {
			return nil, fmt.Errorf("submods: %w", err)
		}
		for label, item := range submods {
			if _, ok := label.(string); !ok {
				return nil, errors.New("the name of a submodule is no text")
			}
			appraisal, err := cborMap(item)
			if err != nil {
				return nil, err
			}
			all = append(all, Claims{cbor: appraisal})
		}
	} else {
		submods, err := jsonObject(c.json["submods"])
		if err != nil {
			return nil, fmt.Errorf("submods: %w", err)
		}
		for _, item := range submods {
			appraisal, err := jsonObject(item)
			if err != nil {
				return nil, err
			}
			all = append(all, Claims{json: appraisal})
		}
	}
	if len(all) == 0 {
		return nil, errors.New("there is no submodule")
	}
	return all, nil
}

// status reads ear.status of an appraisal: a text in JSON, an integer in CBOR.
func (c Claims) status() (int64, error) {
	if c.cbor != nil {
		value, err := cborClaim(c.cbor, int64(1000))
		if err != nil {
			return 0, err
		}
		for _, tier := range tiers {
			if number, ok := value.(int64); ok && number == tier {
				return tier, nil
			}
		}
		return 0, fmt.Errorf("the status %v is no tier", value)
	}
	text, err := jsonText(c.json["ear.status"])
	if err != nil {
		return 0, fmt.Errorf("status: %w", err)
	}
	tier, ok := tiers[text]
	if !ok {
		return 0, fmt.Errorf("the status %q is no tier", text)
	}
	return tier, nil
}

// attestedKey reads akpub of the key attestation.
func (c Claims) attestedKey() ([]byte, error) {
	if c.cbor != nil {
		attestation, err := cborMap(c.cbor[int64(-70002)])
		if err != nil {
			return nil, fmt.Errorf("key attestation: %w", err)
		}
		return cborBytes(attestation["akpub"])
	}
	attestation, err := jsonObject(c.json["ear.veraison.key-attestation"])
	if err != nil {
		return nil, fmt.Errorf("key attestation: %w", err)
	}
	return Claims{json: attestation}.bytes(0, "akpub")
}

// readResult reads the submodules of an EAR.
func readResult(claims Claims) (*Result, error) {
	appraisals, err := claims.appraisals()
	if err != nil {
		return nil, err
	}
	result := &Result{}
	for _, appraisal := range appraisals {
		status, err := appraisal.status()
		if err != nil {
			return nil, err
		}
		result.statuses = append(result.statuses, status)
	}
	return result, nil
}

// appraiseResult judges an Attestation Result: signature and chain, time and status, and the key of which it speaks.
func appraiseResult(opinions *Opinions, in Inputs, mediaType string, message, certificate []byte) (*Refusal, error) {
	claims, token, err := readToken(opinions, mediaType, message, in.Trust.Results, in.Now)
	if err != nil {
		return refuse("result", "%v", err), nil
	}
	expires, found, err := claims.time(4, "exp")
	if err != nil {
		return refuse("result-status", "%v", err), nil
	}
	if found && !in.Now.Before(time.Unix(expires, 0)) {
		return refuse("result-status", "it has expired"), nil
	}
	notBefore, found, err := claims.time(5, "nbf")
	if err != nil {
		return refuse("result-status", "%v", err), nil
	}
	if found && in.Now.Before(time.Unix(notBefore, 0)) {
		return refuse("result-status", "it does not count yet"), nil
	}
	result, err := readResult(claims)
	if mediaType == "application/eat+jwt" {
		askEAR(opinions, message, token, claims, result, err)
	}
	if err != nil {
		return refuse("result-status", "%v", err), nil
	}
	for _, status := range result.statuses {
		if status != tiers["affirming"] {
			return refuse("result-status", "the status is %d", status), nil
		}
	}
	leaf, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	appraisals, err := claims.appraisals()
	if err != nil {
		return nil, err
	}
	for _, appraisal := range appraisals {
		key, err := appraisal.attestedKey()
		if err == nil && !bytes.Equal(key, leaf.RawSubjectPublicKeyInfo) {
			err = errors.New("the result speaks of another key")
		}
		if err != nil {
			return refuse("result-key", "%v", err), nil
		}
	}
	return nil, nil
}

// askEAR asks veraison/ear to read the claims. It knows its own eat_profile alone, so that one is put in place of the draft's. Where
// the result has no times, which it would judge by the clock, it verifies the token too.
func askEAR(opinions *Opinions, message []byte, token *Token, claims Claims, result *Result, mine error) {
	withProfile := map[string]json.RawMessage{}
	for name, value := range claims.json {
		withProfile[name] = value
	}
	withProfile["eat_profile"], _ = json.Marshal(ear.EatProfile)
	text, err := json.Marshal(withProfile)
	if err != nil {
		opinions.add("veraison/ear", "read", mine, err)
		return
	}
	var theirs ear.AttestationResult
	err = theirs.UnmarshalJSON(text)
	opinions.add("veraison/ear", "read", mine, err)
	if err == nil && mine == nil {
		opinions.add("veraison/ear", "content", nil, sameResult(theirs, claims, result))
	}
	_, expires := claims.json["exp"]
	_, notBefore := claims.json["nbf"]
	if algorithm, ok := jwa.LookupSignatureAlgorithm(token.algorithm); ok && !expires && !notBefore {
		leaf, err := x509.ParseCertificate(token.chain[0])
		if err == nil {
			err = new(ear.AttestationResult).Verify(message, algorithm, leaf.PublicKey)
		}
		opinions.add("veraison/ear", "verify", mine, err)
	}
}

// sameResult compares statuses and keys as veraison/ear reads them with what this program reads.
func sameResult(theirs ear.AttestationResult, claims Claims, result *Result) error {
	if len(theirs.Submods) != len(result.statuses) {
		return errors.New("another number of submodules")
	}
	for name, appraisal := range theirs.Submods {
		submods, err := jsonObject(claims.json["submods"])
		if err != nil {
			return err
		}
		object, err := jsonObject(submods[name])
		if err != nil {
			return err
		}
		status, err := (Claims{json: object}).status()
		if err != nil || int64(*appraisal.Status) != status {
			return fmt.Errorf("status %v is not %d", *appraisal.Status, status)
		}
		key, err := (Claims{json: object}).attestedKey()
		if err != nil {
			return nil // what this program cannot read is judged by it as result-key
		}
		if _, err := x509.ParsePKIXPublicKey(key); err != nil {
			return nil
		}
		attested, err := appraisal.GetKeyAttestation()
		if err != nil {
			return err
		}
		again, err := x509.MarshalPKIXPublicKey(attested)
		if err != nil || !bytes.Equal(again, key) {
			return errors.New("another key is attested")
		}
	}
	return nil
}

// judgeResult judges an Attestation Result alone.
func judgeResult(c *Case, opinions *Opinions) (*Refusal, error) {
	return appraiseResult(opinions, c.Inputs, c.Inputs.MediaType, c.Output["attestationResult"], c.Inputs.EndEntityCertificate)
}
