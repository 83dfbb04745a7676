package main

import (
	"encoding/json"
	"runtime/debug"
	"strings"

	"expat-conformance/iuts/cocos/evidence"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
	eaattestation "github.com/ultravioletrs/cocos/pkg/atls/eaattestation"
)

const cocosModule = "github.com/ultravioletrs/cocos"

type helloParams struct {
	Protocol int      `json:"protocol"`
	Profile  *profile `json:"profile"`
}

// profile holds the parameters that Cocos fixes in its code. Pointers: an absent one is no demand.
type profile struct {
	Revision       *string                    `json:"revision"`
	CMWAttestation *int                       `json:"cmwAttestation"`
	ExporterLabel  *string                    `json:"exporterLabel"`
	ExporterLength *int                       `json:"exporterLength"`
	PublicKey      *string                    `json:"publicKey"`
	EvidenceNonce  map[string]json.RawMessage `json:"evidenceNonce"`
	AIKHashClaim   map[string]json.RawMessage `json:"aikHashClaim"`
}

type helloResult struct {
	Protocol    int      `json:"protocol"`
	Name        string   `json:"name"`
	Version     string   `json:"version"`
	URL         string   `json:"url"`
	Language    string   `json:"language"`
	TLS         string   `json:"tls"`
	Concurrency int      `json:"concurrency"`
	Supports    supports `json:"supports"`
}

type supports struct {
	Positions        []string `json:"positions"`
	CipherSuites     []string `json:"cipherSuites"`
	SignatureSchemes []uint16 `json:"signatureSchemes"`
	Models           []string `json:"models"`
	Evidence         []string `json:"evidence"`
	Results          []string `json:"results"`
	Features         []string `json:"features"`
}

var supported = supports{
	// Package ea works for both roles. (Cocos's transport only has an attesting server.)
	Positions: []string{"attester/server", "relying-party/client", "attester/client", "relying-party/server"},
	// crypto/tls cannot restrict the suites of TLS 1.3: all of them, and the peer chooses.
	CipherSuites: []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
	// ea/sigscheme.go: ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, ed25519.
	SignatureSchemes: []uint16{0x0403, 0x0804, 0x0807},
	// The payload has a member for attestation results, but Cocos has no code that makes or verifies any.
	Models:   []string{"background-check"},
	Evidence: []string{evidence.MediaType},
	Results:  []string{},
	Features: []string{
		"spontaneous",         // create and validate with a nil request
		"empty-authenticator", // create with an empty tls.Certificate
		"get-context",         // no function of its own, but exported parsers of both messages
		"replay-detection",    // ea.Session
		"export",              // tls.ConnectionState
		"foreign-request",     // validate takes a parsed request, wherever it came from
	},
}

func (s *shim) hello(p helloParams) (any, error) {
	if feature := p.Profile.unsupported(); feature != "" {
		return nil, unsupported(feature)
	}
	version, language := buildVersions()
	return helloResult{
		Protocol:    1,
		Name:        "Cocos AI aTLS",
		Version:     version,
		URL:         "https://" + cocosModule,
		Language:    language,
		TLS:         "crypto/tls",
		Concurrency: 1,
		Supports:    supported,
	}, nil
}

// unsupported names the first parameter whose value Cocos cannot serve. The last two are parameters of the
// Evidence, which is not Cocos's; package evidence writes these claims and no others.
func (p *profile) unsupported() string {
	if p == nil {
		return ""
	}
	switch {
	// The revisions differ in session tickets, which are the TLS library's; Cocos names no revision.
	case p.Revision != nil && *p.Revision != "draft-fossati-seat-expat-02" && *p.Revision != "draft-fossati-seat-expat-03":
		return "revision"
	case p.CMWAttestation != nil && *p.CMWAttestation != int(ea.CMWAttestationExtensionType):
		return "cmwAttestation"
	case p.ExporterLabel != nil && *p.ExporterLabel != eaattestation.ExporterLabelAttestation:
		return "exporterLabel"
	case p.ExporterLength != nil && *p.ExporterLength != eaattestation.ExportedAttestationValueLen:
		return "exporterLength"
	case p.PublicKey != nil && *p.PublicKey != "spki-der": // eaattestation.PublicKeyBytes
		return "publicKey"
	case p.EvidenceNonce["cwt"] != nil && string(p.EvidenceNonce["cwt"]) != "10":
		return "evidenceNonce"
	case p.AIKHashClaim["cwt"] != nil && string(p.AIKHashClaim["cwt"]) != "-65537":
		return "aikHashClaim"
	}
	return ""
}

// buildVersions reads the version of Cocos from the binary, so that it cannot differ from go.mod.
func buildVersions() (cocos, language string) {
	cocos, language = "unknown", "Go"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return cocos, language
	}
	for _, module := range info.Deps {
		if module.Path == cocosModule {
			cocos = strings.TrimPrefix(module.Version, "v")
		}
	}
	return cocos, "Go " + strings.TrimPrefix(info.GoVersion, "go")
}
