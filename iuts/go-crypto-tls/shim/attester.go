package main

import (
	"expat-conformance/iuts/go-crypto-tls/attestation"
)

type attestationParams struct {
	Model  string `json:"model"`
	Type   string `json:"type"`
	CMW    string `json:"cmw"`
	Form   string `json:"form"`
	Claims struct {
		UEID        octets `json:"ueid"`
		Measurement octets `json:"measurement"`
	} `json:"claims"`
	Key    octets   `json:"key"`
	Chain  []octets `json:"chain"`
	Result octets   `json:"result"`
}

// parse says what is to be attested; nil stays nil.
func (p *attestationParams) parse() (*attestation.Attester, error) {
	if p == nil {
		return nil, nil
	}
	switch p.Form {
	case "", "record", "tag", "collection":
	default:
		return nil, unsupported("cmw-" + p.Form)
	}
	if p.CMW != "cbor" && p.CMW != "json" {
		return nil, unsupported(p.CMW)
	}
	if p.Type != attestation.TypeCWT && p.Type != attestation.TypeJWT {
		return nil, unsupported(p.Type)
	}
	attester := &attestation.Attester{Type: p.Type, Form: p.Form, Encoding: p.CMW}
	switch p.Model {
	case "passport":
		if len(p.Result) == 0 {
			return nil, wrongParams("passport needs a result")
		}
		attester.Result = p.Result
	case "background-check":
		key, err := parseKey(p.Key)
		if err != nil {
			return nil, err
		}
		if len(p.Chain) == 0 {
			return nil, wrongParams("an attestation key has at least one certificate")
		}
		attester.UEID, attester.Measurement = p.Claims.UEID, p.Claims.Measurement
		attester.Key, attester.Chain = key, plain(p.Chain)
	default:
		return nil, unsupported(p.Model)
	}
	return attester, nil
}

func (s *server) authenticate(params struct {
	Channel     string             `json:"channel"`
	Request     octets             `json:"request"`
	Identity    *identityParams    `json:"identity"`
	Attestation *attestationParams `json:"attestation"`
}) (any, error) {
	found, err := s.channel(params.Channel)
	if err != nil {
		return nil, err
	}
	identity, err := params.Identity.parse()
	if err != nil {
		return nil, err
	}
	attester, err := params.Attestation.parse()
	if err != nil {
		return nil, err
	}
	extend := s.currentProfile().Extend(found.connection, identity, attester)
	found.lock.Lock()
	defer found.lock.Unlock()
	made, err := found.session.Authenticate(params.Request, identity, extend)
	if err != nil {
		return nil, err
	}
	return map[string]octets{"authenticator": made}, nil
}
