package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Claims are the claims of a token, by the label that is encoded.
type Claims struct {
	cbor map[any]cbor.RawMessage
	json map[string]json.RawMessage
}

// The labels of the claims of the Evidence profile (docs/iut-protocol.md).
const (
	measurementCWT = int64(-65538)
	measurementJWT = "measurement"
)

// bytes reads a claim that is a byte string: in JSON base64url without padding.
func (c Claims) bytes(cwt int64, jwt string) ([]byte, error) {
	if c.cbor != nil {
		item, ok := c.cbor[cwt]
		if !ok {
			return nil, fmt.Errorf("there is no claim %d", cwt)
		}
		return cborBytes(item)
	}
	item, ok := c.json[jwt]
	if !ok {
		return nil, fmt.Errorf("there is no claim %q", jwt)
	}
	text, err := jsonText(item)
	if err != nil {
		return nil, err
	}
	return decodeBase64url(text)
}

// readToken reads a token of this media type, verifies its signature and its chain up to one of the roots, and reads its claims.
func readToken(opinions *Opinions, mediaType string, message []byte, roots []Hex, now time.Time) (Claims, *Token, error) {
	var token *Token
	var err error
	switch mediaType {
	case "application/eat+cwt":
		token, err = readCOSE(message)
		askCOSE(opinions, message, token, err)
	case "application/eat+jwt":
		token, err = readJWS(message)
		askJOSE(opinions, message, token, err)
	default:
		return Claims{}, nil, fmt.Errorf("no media type %q is known", mediaType)
	}
	if err != nil {
		return Claims{}, nil, err
	}
	if err := verifyToken(token); err != nil {
		return Claims{}, token, err
	}
	if _, err := verifyPath(token.chain, roots, now); err != nil {
		return Claims{}, token, err
	}
	var claims Claims
	if mediaType == "application/eat+cwt" {
		claims.cbor, err = cborMap(token.payload)
	} else {
		claims.json, err = jsonObject(token.payload)
	}
	return claims, token, err
}

// appraiseEvidence judges Evidence (expat section 4, docs/iut-protocol.md): signature and chain, binding, AIK hash, measurement.
func appraiseEvidence(opinions *Opinions, in Inputs, mediaType string, message, certificate []byte, s *Secrets) (*Refusal, error) {
	claims, _, err := readToken(opinions, mediaType, message, in.Trust.Attestation, in.Now)
	if err != nil {
		return refuse("evidence-signature", "%v", err), nil
	}
	binding, aikPubHash, err := bindingOf(s, certificate, in.Profile)
	if err != nil {
		return nil, err
	}
	nonce, err := claims.bytes(in.Profile.EvidenceNonce.CWT, in.Profile.EvidenceNonce.JWT)
	if err == nil && !bytes.Equal(nonce, binding) {
		err = errors.New("the nonce is not the binding")
	}
	if err != nil {
		return refuse("binding", "%v", err), nil
	}
	aik, err := claims.bytes(in.Profile.AikHashClaim.CWT, in.Profile.AikHashClaim.JWT)
	if err == nil && !bytes.Equal(aik, aikPubHash) {
		err = errors.New("AIK_pub_hash is not the hash of the end-entity key")
	}
	if err != nil {
		return refuse("aik-hash", "%v", err), nil
	}
	if in.Policy.Measurement == nil {
		return nil, nil
	}
	measurement, err := claims.bytes(measurementCWT, measurementJWT)
	if err == nil && !bytes.Equal(measurement, *in.Policy.Measurement) {
		err = errors.New("the measurement is not the reference value")
	}
	if err != nil {
		return refuse("policy", "%v", err), nil
	}
	return nil, nil
}

// judgeEvidence judges Evidence alone.
func judgeEvidence(c *Case, opinions *Opinions) (*Refusal, error) {
	s, err := secretsOf(c.Inputs, "server", c.Inputs.CertificateRequestContext)
	if err != nil {
		return nil, err
	}
	return appraiseEvidence(opinions, c.Inputs, c.Inputs.MediaType, c.Output["evidence"], c.Inputs.EndEntityCertificate, s)
}
