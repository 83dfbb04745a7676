package attestation

import (
	"github.com/veraison/go-cose"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// beginsSigned says whether a CMW is signed: the tag of COSE_Sign1, or a JWS in compact form, which begins with the
// base64url of "{".
func beginsSigned(octets []byte) bool { return octets[0] == 0xd2 || octets[0] == 'e' }

// openSigned verifies a signed CMW up to an anchor of attestation keys, and returns the CMW in it, in CBOR within COSE
// and in JSON within JWS (draft-ietf-rats-msg-wrap sections 4.1 and 4.2).
func (r *RelyingParty) openSigned(octets []byte) ([]byte, error) {
	if !r.AcceptSigned {
		return nil, refusal.New("cmw", "the policy takes no signed CMW")
	}
	var payload []byte
	var contentType any
	inJSON := octets[0] == 'e'
	if inJSON {
		verified, err := verifyJWS(octets, r.Attestation, r.Now)
		if err != nil {
			return nil, refusal.New("cmw", "signed CMW: %v", err)
		}
		payload, contentType = verified.payload, verified.header.ExtraHeaders["cty"]
	} else {
		message, err := verifySign1(octets, r.Attestation, r.Now)
		if err != nil {
			return nil, refusal.New("cmw", "signed CMW: %v", err)
		}
		payload, contentType = message.Payload, message.Headers.Protected[cose.HeaderLabelContentType]
	}
	expected := map[bool]string{true: "application/cmw+json", false: "application/cmw+cbor"}[inJSON]
	if contentType != expected {
		return nil, refusal.New("cmw", "the content type of the signed CMW is %v and not %s", contentType, expected)
	}
	if len(payload) == 0 || (payload[0] == '[' || payload[0] == '{') != inJSON {
		return nil, refusal.New("cmw", "the signed CMW is in the encoding of the other signature")
	}
	return payload, nil
}
