package main

import (
	"runtime"
	"slices"
	"strings"

	"expat-conformance/iuts/go-crypto-tls/attestation"
	"expat-conformance/iuts/go-crypto-tls/authenticator"
)

const version = "0.1.0"

// concurrency is how many calls may be outstanding: each has a goroutine, and nothing is shared between channels.
const concurrency = 8

// revisions differ in who has to see to it that no ticket is used; this implementation sends none and keeps none.
var revisions = []string{"draft-fossati-seat-expat-02", "draft-fossati-seat-expat-03"}

type supports struct {
	Positions        []string               `json:"positions"`
	CipherSuites     []string               `json:"cipherSuites"`
	SignatureSchemes []authenticator.Scheme `json:"signatureSchemes"`
	Models           []string               `json:"models"`
	Evidence         []string               `json:"evidence"`
	Results          []string               `json:"results"`
	Features         []string               `json:"features"`
}

type greeting struct {
	Protocol    int      `json:"protocol"`
	Name        string   `json:"name"`
	Version     string   `json:"version"`
	Language    string   `json:"language"`
	TLS         string   `json:"tls"`
	Concurrency int      `json:"concurrency"`
	Supports    supports `json:"supports"`
}

func (s *server) hello(params struct {
	Protocol int                 `json:"protocol"`
	Profile  attestation.Profile `json:"profile"`
}) (any, error) {
	if params.Profile.PublicKey != "spki-der" && params.Profile.PublicKey != "raw" {
		return nil, unsupported(params.Profile.PublicKey)
	}
	if !slices.Contains(revisions, params.Profile.Revision) {
		return nil, unsupported(params.Profile.Revision)
	}
	s.lock.Lock()
	s.profile = params.Profile
	s.lock.Unlock()
	eat := []string{attestation.TypeCWT, attestation.TypeJWT}
	return greeting{
		Protocol: 1, Name: "Go crypto/tls", Version: version, Language: "Go " + strings.TrimPrefix(runtime.Version(), "go"),
		TLS: "crypto/tls", Concurrency: concurrency,
		Supports: supports{
			Positions: []string{"attester/server", "relying-party/client", "attester/client", "relying-party/server"},
			// crypto/tls has no choice of TLS 1.3 suites; the peer chooses.
			CipherSuites:     []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
			SignatureSchemes: authenticator.Schemes(),
			Models:           []string{"background-check", "passport"},
			Evidence:         eat,
			Results:          eat,
			Features: []string{
				"spontaneous", "empty-authenticator", "get-context", "replay-detection", "export", "foreign-request", "appraise",
				"cmw-tag", "cmw-collection", "cmw-signed",
			},
		},
	}, nil
}
