package attestation

import (
	"bytes"
	"crypto"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/path"
	"expat-conformance/iuts/go-crypto-tls/refusal"
	"expat-conformance/iuts/go-crypto-tls/vectors"
)

func profileOf(t *testing.T, inputs vectors.Members) (profile Profile) {
	t.Helper()
	if _, given := inputs["profile"]; given {
		inputs.Into(t, "profile", &profile)
	}
	return profile
}

func connectionOf(t *testing.T, inputs vectors.Members) Connection {
	t.Helper()
	var on vectors.Members
	inputs.Into(t, "connection", &on)
	var suite string
	on.Into(t, "cipherSuite", &suite)
	hash := crypto.SHA256
	if suite == "TLS_AES_256_GCM_SHA384" {
		hash = crypto.SHA384
	}
	return Connection{hash, authenticator.NewExporter(hash, on.Bytes(t, "exporterMasterSecret"))}
}

func leafOf(t *testing.T, inputs vectors.Members) *x509.Certificate {
	t.Helper()
	leaf, err := x509.ParseCertificate(inputs.Bytes(t, "endEntityCertificate"))
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func anchorsOf(t *testing.T, digits []string) path.Anchors {
	t.Helper()
	var der [][]byte
	for _, each := range digits {
		octets, err := hex.DecodeString(each)
		if err != nil {
			t.Fatal(err)
		}
		der = append(der, octets)
	}
	anchors, err := path.NewAnchors(der)
	if err != nil {
		t.Fatal(err)
	}
	return anchors
}

func relyingPartyOf(t *testing.T, inputs vectors.Members) *RelyingParty {
	t.Helper()
	var trust struct{ Attestation, Results []string }
	inputs.Into(t, "trust", &trust)
	var policy vectors.Members
	inputs.Into(t, "policy", &policy)
	var signed string
	policy.Into(t, "signedCmw", &signed)
	var now time.Time
	inputs.Into(t, "now", &now)
	return &RelyingParty{
		Profile: profileOf(t, inputs), Attestation: anchorsOf(t, trust.Attestation), Results: anchorsOf(t, trust.Results),
		Policy: Required, AcceptSigned: signed == "accept", Measurement: policy.Bytes(t, "measurement"), Now: now,
	}
}

// judged compares a verdict with that of the vector. What is no refusal is no verdict.
func judged(t *testing.T, vector vectors.Vector, err error) {
	t.Helper()
	var no *refusal.Refusal
	if err != nil && !errors.As(err, &no) {
		t.Errorf("no verdict: %v", err)
	}
	if (err == nil) != vector.Valid {
		t.Errorf("valid: %v, verdict: %v", vector.Valid, err)
	}
}

func TestBindings(t *testing.T) {
	vectors.Each(t, "bindings", "binding", func(t *testing.T, vector vectors.Vector) {
		context := vector.Inputs.Bytes(t, "certificateRequestContext")
		made, err := profileOf(t, vector.Inputs).bind(connectionOf(t, vector.Inputs), context, leafOf(t, vector.Inputs))
		if err != nil {
			t.Fatal(err)
		}
		equal := bytes.Equal(made.nonce, vector.Output.Bytes(t, "binding")) && bytes.Equal(made.aikHash, vector.Output.Bytes(t, "aikPubHash"))
		if equal != vector.Valid {
			t.Errorf("equal: %v, valid: %v", equal, vector.Valid)
		}
	})
}

func TestEvidence(t *testing.T) {
	for _, topic := range []string{"evidence-cwt", "evidence-jwt"} {
		vectors.Each(t, topic, "evidence", func(t *testing.T, vector vectors.Vector) {
			relyingParty := relyingPartyOf(t, vector.Inputs)
			context := vector.Inputs.Bytes(t, "certificateRequestContext")
			bound, err := relyingParty.Profile.bind(connectionOf(t, vector.Inputs), context, leafOf(t, vector.Inputs))
			if err != nil {
				t.Fatal(err)
			}
			var mediaType string
			vector.Inputs.Into(t, "mediaType", &mediaType)
			judged(t, vector, relyingParty.appraiseEvidence(mediaType, vector.Output.Bytes(t, "evidence"), bound))
		})
	}
}

func TestAttestationResults(t *testing.T) {
	vectors.Each(t, "attestation-results", "result", func(t *testing.T, vector vectors.Vector) {
		var mediaType string
		vector.Inputs.Into(t, "mediaType", &mediaType)
		result := vector.Output.Bytes(t, "attestationResult")
		judged(t, vector, relyingPartyOf(t, vector.Inputs).appraiseResult(mediaType, result, leafOf(t, vector.Inputs)))
	})
}

func TestCMW(t *testing.T) {
	vectors.Each(t, "cmw", "cmw", func(t *testing.T, vector vectors.Vector) {
		relyingParty := relyingPartyOf(t, vector.Inputs)
		relyingParty.Connection = connectionOf(t, vector.Inputs)
		extension, err := relyingParty.Profile.buildExtension(vector.Output.Bytes(t, "cmwData"))
		if err != nil {
			t.Fatal(err)
		}
		judged(t, vector, relyingParty.Accept(&authenticator.Validated{
			Context: vector.Inputs.Bytes(t, "certificateRequestContext"),
			Entries: []authenticator.Entry{{Extensions: []authenticator.Extension{extension}}},
			Leaf:    leafOf(t, vector.Inputs),
			Asked:   []authenticator.Extension{relyingParty.Profile.Offer()},
		}))
	})
}

// Whatever comes in, it is read or refused.
func FuzzReadCMW(f *testing.F) {
	for _, seed := range []string{`["application/eat+jwt","YQ",4]`, `["a/b",5]`, `{"a":["a/b","YQ"]}`, "\x83\x63a/b\x41a\x04", "\xa1\x01\x82\x63a/b\x41a"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		var no *refusal.Refusal
		if _, err := readCMW(octets, 0); err != nil && !errors.As(err, &no) {
			t.Errorf("no verdict: %v", err)
		}
	})
}
