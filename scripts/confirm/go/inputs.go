package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Connection is what a TLS 1.3 connection gives to both of its ends.
type Connection struct {
	CipherSuite          string `json:"cipherSuite"`
	ExporterMasterSecret Hex    `json:"exporterMasterSecret"`
}

// Profile holds what the drafts leave open.
type Profile struct {
	Revision       string `json:"revision"`
	CmwAttestation uint16 `json:"cmwAttestation"`
	ExporterLabel  string `json:"exporterLabel"`
	ExporterLength int    `json:"exporterLength"`
	PublicKey      string `json:"publicKey"`
	EvidenceNonce  struct {
		CWT int64  `json:"cwt"`
		JWT string `json:"jwt"`
	} `json:"evidenceNonce"`
	AikHashClaim struct {
		CWT int64  `json:"cwt"`
		JWT string `json:"jwt"`
	} `json:"aikHashClaim"`
}

// Trust holds the roots of identities, of attestation keys and of issuers of results.
type Trust struct {
	PKIX        []Hex `json:"pkix"`
	Attestation []Hex `json:"attestation"`
	Results     []Hex `json:"results"`
}

// Policy is what a relying party insists on.
type Policy struct {
	Attestation string `json:"attestation"`
	Measurement *Hex   `json:"measurement"`
	SignedCmw   string `json:"signedCmw"`
}

// Asked is what the sender of a request was to ask for.
type Asked struct {
	SignatureSchemes []uint16 `json:"signatureSchemes"`
	Attestation      bool     `json:"attestation"`
	Context          *Hex     `json:"context"`
}

// Inputs is what a message is judged by; which of them there are depends on the kind.
type Inputs struct {
	Connection                Connection `json:"connection"`
	Sender                    string     `json:"sender"`
	CertificateRequestContext Hex        `json:"certificateRequestContext"`
	Profile                   Profile    `json:"profile"`
	EndEntityCertificate      Hex        `json:"endEntityCertificate"`
	MediaType                 string     `json:"mediaType"`
	Trust                     Trust      `json:"trust"`
	Policy                    Policy     `json:"policy"`
	Now                       time.Time  `json:"now"`
	Asked                     Asked      `json:"asked"`
	EarlierContexts           []Hex      `json:"earlierContexts"`
	Request                   *Hex       `json:"request"`
	ClientHello               *[]uint16  `json:"clientHello"`
	ConsumedContexts          []Hex      `json:"consumedContexts"`
}

// kinds tells the members of inputs and output that each kind has.
var kinds = map[string]struct{ inputs, output []string }{
	"exporter": {[]string{"connection", "sender", "certificateRequestContext", "profile"}, []string{"handshakeContext", "finishedKey", "exportedValue"}},
	"binding":  {[]string{"connection", "certificateRequestContext", "endEntityCertificate", "profile"}, []string{"binding", "aikPubHash"}},
	"evidence": {[]string{"connection", "certificateRequestContext", "endEntityCertificate", "profile", "mediaType", "trust", "policy", "now"}, []string{"evidence"}},
	"result":   {[]string{"endEntityCertificate", "mediaType", "trust", "policy", "now"}, []string{"attestationResult"}},
	"cmw":      {[]string{"connection", "certificateRequestContext", "endEntityCertificate", "profile", "trust", "policy", "now"}, []string{"cmwData"}},
	"request":  {[]string{"sender", "profile", "asked", "earlierContexts"}, []string{"request"}},
	"authenticator": {[]string{"connection", "sender", "profile", "request", "clientHello", "trust", "policy", "now", "consumedContexts"},
		[]string{"authenticator"}},
	"empty":    {[]string{"connection", "sender", "profile", "request"}, []string{"authenticator"}},
	"exchange": {[]string{"connection", "sender", "profile", "asked", "trust", "policy", "now", "consumedContexts"}, []string{"request", "authenticator"}},
}

// Case is a vector with all that belongs to it, read.
type Case struct {
	ID       string
	Kind     string
	Inputs   Inputs
	Output   map[string]Hex
	Source   Members
	Stages   Members
	Mutation *Mutation
	Keys     map[string]Key
	Valid    bool
	Promised string // the step at which an invalid vector is refused
}

// newCase reads a vector; it fails on a kind or a member that this program does not know.
func newCase(file *File, group Group, vector Vector) (*Case, error) {
	kind, ok := kinds[group.Kind]
	if !ok {
		return nil, fmt.Errorf("no kind %q is known", group.Kind)
	}
	c := &Case{ID: vector.ID, Kind: group.Kind, Mutation: vector.Mutation, Keys: file.Keys, Valid: vector.Result == "valid", Output: map[string]Hex{}}
	if !c.Valid {
		c.Promised = file.Flags[vector.Flags[0]].Finding.Step
	}
	inputs := overlay(group.Inputs, vector.Inputs)
	if err := sameMembers("inputs", inputs, kind.inputs); err != nil {
		return nil, err
	}
	if err := sameMembers("output", vector.Output, kind.output); err != nil {
		return nil, err
	}
	text, err := json.Marshal(inputs)
	if err != nil {
		return nil, err
	}
	if err := strict(text, &c.Inputs); err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	for name, value := range vector.Output {
		var bytes Hex
		if err := json.Unmarshal(value, &bytes); err != nil {
			return nil, fmt.Errorf("output.%s: %w", name, err)
		}
		c.Output[name] = bytes
	}
	c.Source = overlay(group.Source, vector.Source)
	c.Stages = overlay(group.Stages, vector.Stages)
	return c, nil
}

// sameMembers fails unless there are just these members.
func sameMembers(where string, found Members, expected []string) error {
	for _, name := range expected {
		if _, ok := found[name]; !ok {
			return fmt.Errorf("%s.%s: missing", where, name)
		}
	}
	for name := range found {
		if !slices.Contains(expected, name) {
			return fmt.Errorf("%s.%s: no such member is known", where, name)
		}
	}
	return nil
}
