package main

import (
	"crypto/x509"
	"time"

	"expat-conformance/iuts/cocos/evidence"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
	eaattestation "github.com/ultravioletrs/cocos/pkg/atls/eaattestation"
)

type validateParams struct {
	Channel       string  `json:"channel"`
	Request       *octets `json:"request"`
	Authenticator octets  `json:"authenticator"`
	Trust         struct {
		PKIX        []octets `json:"pkix"`
		Attestation []octets `json:"attestation"`
	} `json:"trust"`
	Policy struct {
		Attestation string  `json:"attestation"`
		Measurement *octets `json:"measurement"`
	} `json:"policy"`
	Now *time.Time `json:"now"`
}

type accepted struct {
	Accepted acceptedDetail `json:"accepted"`
}

type acceptedDetail struct {
	Context  octets   `json:"context"`
	Chain    []octets `json:"chain"`
	Attested bool     `json:"attested"`
	Model    string   `json:"model,omitempty"`
	Type     *string  `json:"type,omitempty"` // may be empty: Cocos accepts a payload without media_type
}

func (s *shim) validate(p validateParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	var request *ea.AuthenticatorRequest // nil: a spontaneous authenticator
	if p.Request != nil {
		if request, err = parseRequest(*p.Request); err != nil {
			return refusalOfRequest(err), nil
		}
	}
	now := time.Now()
	if p.Now != nil {
		now = *p.Now
	}
	roots, err := pool(p.Trust.PKIX)
	if err != nil {
		return nil, err
	}
	verifier, err := p.evidenceVerifier(now)
	if err != nil {
		return nil, err
	}
	options := &x509.VerifyOptions{
		Roots:       roots,
		CurrentTime: now,
		KeyUsages:   []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	state := c.conn.ConnectionState()
	var result *ea.ValidationResult
	if verifier != nil {
		policy := eaattestation.VerificationPolicy{EvidenceVerifier: verifier}
		result, err = c.session.ValidateAuthenticatorWithAttestation(&state, c.peerRole(), request, p.Authenticator, options, policy)
	} else {
		result, err = c.session.ValidateAuthenticator(&state, c.peerRole(), request, p.Authenticator, options)
	}
	if err != nil {
		return refusalOfValidate(err), nil
	}
	return translate(result), nil
}

// evidenceVerifier maps the three policies to what a caller of Cocos can configure. A policy with a
// verifier means "attestation is required", a policy without one means "refuse any that is there".
//
//   - required: a verifier.
//   - optional: Cocos has no such policy. Its caller has to look first whether the first entry carries
//     cmw_attestation, for which Cocos exports the parsers, and to configure a verifier if so. (Trying one
//     policy after the other does not work: the first attempt uses up the context.) Every decision about
//     the authenticator is then still made by Cocos.
//   - none: no verifier. Cocos cannot ignore a payload: it reads it, and fails closed where the control
//     protocol would have it accepted. That refusal is Cocos's own and is reported as it is.
func (p *validateParams) evidenceVerifier(now time.Time) (eaattestation.EvidenceVerifier, error) {
	switch p.Policy.Attestation {
	case "none":
		return nil, nil
	case "optional":
		if !carriesAttestation(p.Authenticator) {
			return nil, nil
		}
	case "required":
	default:
		return nil, badParams("policy.attestation is %q", p.Policy.Attestation)
	}
	roots, err := pool(p.Trust.Attestation)
	if err != nil {
		return nil, err
	}
	out := &evidence.Verifier{Roots: roots, Now: now}
	if p.Policy.Measurement != nil {
		out.Measurement = append([]byte{}, *p.Policy.Measurement...)
	}
	return out, nil
}

// carriesAttestation is only a choice of policy: where something is malformed Cocos refuses it anyway.
func carriesAttestation(authenticator []byte) bool {
	first, _, err := ea.UnmarshalHandshakeMessage(authenticator)
	if err != nil {
		return false
	}
	message, err := ea.MarshalHandshakeMessage(first)
	if err != nil {
		return false
	}
	certificate, _, err := ea.UnmarshalCertificateMessage(message)
	if err != nil || len(certificate.Entries) == 0 {
		return false
	}
	_, present, _ := ea.ExtractCMWAttestationFromExtensions(certificate.Entries[0].Extensions)
	return present
}

// translate reports what Cocos returned. The one result that is not taken at its face value is the empty
// authenticator: Cocos returns no error but a distinct outcome, Empty, with no identity in it. Looking at
// it is the duty of Cocos's caller, and RFC 9261 section 6 calls the outcome invalid.
func translate(result *ea.ValidationResult) any {
	if result.Empty {
		return refuse("empty-authenticator", "ValidationResult.Empty")
	}
	out := acceptedDetail{Context: result.Context, Chain: []octets{}}
	for _, certificate := range result.Chain {
		out.Chain = append(out.Chain, certificate.Raw)
	}
	if attested := result.Attestation; attested != nil && attested.EvidenceVerified {
		out.Attested = true
		out.Model = "background-check"
		// The member of Cocos's payload, as it came: Cocos does not compare it with the Evidence.
		kind := mediaType(attested.Payload.MediaType)
		out.Type = &kind
	}
	return accepted{out}
}
