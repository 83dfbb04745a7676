package main

import (
	"time"

	"expat-conformance/iuts/go-crypto-tls/attestation"
	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/path"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

func (s *server) request(params struct {
	Channel          string                 `json:"channel"`
	SignatureSchemes []authenticator.Scheme `json:"signatureSchemes"`
	Attestation      bool                   `json:"attestation"`
	Context          octets                 `json:"context"`
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	if len(params.SignatureSchemes) == 0 {
		return nil, wrongParams("a request has at least one signature scheme")
	}
	var more []authenticator.Extension
	if params.Attestation {
		more = append(more, s.currentProfile().Offer())
	}
	found.lock.Lock()
	defer found.lock.Unlock()
	made, err := found.session.Request(params.Context, params.SignatureSchemes, more)
	if err != nil {
		return nil, err
	}
	return map[string]octets{"request": made}, nil
}

// judgement is what validate and appraise have in common.
type judgement struct {
	Request       octets `json:"request"`
	Authenticator octets `json:"authenticator"`
	Trust         struct {
		PKIX        []octets `json:"pkix"`
		Attestation []octets `json:"attestation"`
		Results     []octets `json:"results"`
	} `json:"trust"`
	Policy struct {
		Attestation attestation.Policy `json:"attestation"`
		Measurement octets             `json:"measurement"`
		SignedCMW   string             `json:"signedCmw"`
	} `json:"policy"`
	Now *time.Time `json:"now"`
}

type accepted struct {
	Context  octets   `json:"context"`
	Chain    []octets `json:"chain"`
	Attested bool     `json:"attested"`
	Model    string   `json:"model,omitempty"`
	Type     string   `json:"type,omitempty"`
}

// judge validates by a session; which state it has is the difference between the two methods.
func (j judgement) judge(session *authenticator.Session, connection attestation.Connection, profile attestation.Profile) (any, error) {
	var anchors [3]path.Anchors
	for index, list := range [][]octets{j.Trust.PKIX, j.Trust.Attestation, j.Trust.Results} {
		var err error
		if anchors[index], err = path.NewAnchors(plain(list)); err != nil {
			return nil, wrongParams("trust: %v", err)
		}
	}
	now := time.Now()
	if j.Now != nil {
		now = *j.Now
	}
	switch j.Policy.Attestation {
	case attestation.Required, attestation.Optional, attestation.None:
	default:
		return nil, unsupported(string(j.Policy.Attestation))
	}
	relyingParty := &attestation.RelyingParty{
		Profile: profile, Connection: connection, Attestation: anchors[1], Results: anchors[2],
		Policy: j.Policy.Attestation, AcceptSigned: j.Policy.SignedCMW == "accept", Measurement: j.Policy.Measurement, Now: now,
	}
	validated, err := session.Validate(j.Request, j.Authenticator, anchors[0], now, relyingParty.Accept)
	if err != nil {
		return nil, err
	}
	answer := accepted{
		Context: validated.Context, Attested: relyingParty.Outcome.Attested,
		Model: relyingParty.Outcome.Model, Type: relyingParty.Outcome.Type,
	}
	for _, entry := range validated.Entries {
		answer.Chain = append(answer.Chain, entry.Certificate)
	}
	return map[string]accepted{"accepted": answer}, nil
}

func (s *server) validate(params struct {
	Channel string `json:"channel"`
	judgement
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	found.lock.Lock()
	defer found.lock.Unlock()
	return params.judge(found.session, found.connection, s.currentProfile())
}

// appraise judges a recorded authenticator, with the exporter over the secret that was recorded.
func (s *server) appraise(params struct {
	CipherSuite          string   `json:"cipherSuite"`
	ExporterMasterSecret octets   `json:"exporterMasterSecret"`
	Sender               string   `json:"sender"`
	ClientHello          []uint16 `json:"clientHello"`
	ConsumedContexts     []octets `json:"consumedContexts"`
	judgement
}) (any, error) {
	hash, known := suiteHashes[params.CipherSuite]
	if !known {
		return nil, unsupported(params.CipherSuite)
	}
	role := authenticator.Client
	if params.Sender == "client" {
		role = authenticator.Server
	}
	export := authenticator.NewExporter(hash, params.ExporterMasterSecret)
	session, err := authenticator.NewSession(role, hash, export, authenticator.ClientHello{Extensions: params.ClientHello})
	if err != nil {
		return nil, err
	}
	session.Consume(plain(params.ConsumedContexts)...)
	return params.judge(session, attestation.Connection{Hash: hash, Export: export}, s.currentProfile())
}

func (s *server) context(params struct {
	Request       octets `json:"request"`
	Authenticator octets `json:"authenticator"`
}) (any, error) {
	var context []byte
	var err error
	switch {
	case params.Request != nil:
		context, err = authenticator.ContextOfRequest(params.Request)
	case params.Authenticator != nil:
		context, err = authenticator.ContextOfAuthenticator(params.Authenticator)
	default:
		err = refusal.New("malformed", "there is no message")
	}
	if err != nil {
		return nil, err
	}
	return map[string]octets{"context": context}, nil
}
