package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"testing"

	"expat-conformance/iuts/cocos/evidence"
	"expat-conformance/iuts/cocos/internal/testpki"

	"github.com/fxamacker/cbor/v2"
)

var otherSide = map[string]string{"client": "server", "server": "client"}

// messageType is the type of a request that goes to an end of this side.
func messageType(side string) byte {
	if side == "server" {
		return 17
	}
	return 13
}

func attestationParam(h *harness) object {
	return object{
		"model": "background-check", "type": evidence.MediaType, "cmw": "cbor",
		"claims": object{"ueid": "01aabb", "measurement": "c0ffee"},
		"key":    h.attestLeaf.key, "chain": h.attestLeaf.chain,
	}
}

func TestAttester(t *testing.T) {
	for _, side := range []string{"server", "client"} {
		t.Run(side, func(t *testing.T) {
			h := start(t)
			peer := h.open("c1", side)
			context := []byte("a context of the harness")
			request := testpki.Request(messageType(side), context, testpki.Schemes(testpki.SHA256WithP256), testpki.Extension(testpki.Offer, nil))

			if _, err := peer.Write(request); err != nil {
				t.Fatal(err)
			}
			arrived := h.call("receive", object{"channel": "c1", "length": len(request), "timeout": 5000})
			if !bytes.Equal(h.bytes(arrived, "data"), request) {
				t.Fatal("receive: other bytes")
			}
			result := h.call("authenticate", object{
				"channel": "c1", "request": arrived["data"], "identity": h.leaf.identity(), "attestation": attestationParam(h),
			})
			h.call("send", object{"channel": "c1", "data": result["authenticator"]})
			authenticator := make([]byte, len(h.bytes(result, "authenticator")))
			if _, err := io.ReadFull(peer, authenticator); err != nil {
				t.Fatal(err)
			}
			checkAuthenticator(t, peer.ConnectionState(), side, request, context, h, authenticator)

			again := h.call("authenticate", object{"channel": "c1", "request": arrived["data"], "identity": h.leaf.identity(), "attestation": nil})
			if refusedCode(again) != "context-reused" {
				t.Fatalf("second use of a context: %v", again)
			}
		})
	}
}

// checkAuthenticator takes the message apart by hand.
func checkAuthenticator(t *testing.T, st tls.ConnectionState, side string, request, context []byte, h *harness, raw []byte) {
	t.Helper()
	size := func(b []byte) int { return 4 + int(binary.BigEndian.Uint32(b[:4])&0xffffff) }
	certificate := raw[:size(raw)]
	verify := raw[len(certificate):]
	verify = verify[:size(verify)]
	transcript := bytes.Join([][]byte{testpki.Export(t, st, "EXPORTER-"+side+" authenticator handshake context", nil), request, certificate}, nil)
	digest := sha256.Sum256(testpki.CertificateVerifyInput(transcript))
	key := h.leaf.certificate.PrivateKey.(crypto.Signer).Public().(*ecdsa.PublicKey)
	if !ecdsa.VerifyASN1(key, digest[:], verify[8:]) {
		t.Fatal("CertificateVerify does not verify")
	}
	finished := testpki.Finished(t, st, side, append(transcript, verify...))
	if !bytes.Equal(raw[len(certificate)+len(verify):], finished) {
		t.Fatal("Finished differs")
	}

	der := h.leaf.der()
	extensions := certificate[4+1+len(context)+3+3+len(der):]
	data := extensions[2+4+2:] // length, type and length, length of cmw_data
	var payload struct {
		MediaType string `json:"media_type"`
		Evidence  []byte `json:"evidence"`
		Binder    struct {
			AIKPubHash []byte `json:"aik_pub_hash"`
			Binding    []byte `json:"binding"`
		} `json:"binder"`
	}
	if err := json.Unmarshal(data, &payload); err != nil {
		t.Fatal(err)
	}
	binding, aikHash := testpki.Binding(t, st, context, der)
	if !bytes.Equal(payload.Binder.Binding, binding) || !bytes.Equal(payload.Binder.AIKPubHash, aikHash) {
		t.Fatal("binder differs")
	}
	var sign1 struct {
		_         struct{} `cbor:",toarray"`
		Protected []byte
		Headers   map[int64]any
		Payload   []byte
		Signature []byte
	}
	if err := cbor.Unmarshal(payload.Evidence[1:], &sign1); err != nil || payload.Evidence[0] != 0xd2 {
		t.Fatalf("not a tagged COSE_Sign1: %v", err)
	}
	var claims map[int64]any
	if err := cbor.Unmarshal(sign1.Payload, &claims); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(claims[10].([]byte), binding) || !bytes.Equal(claims[-65537].([]byte), aikHash) || hex.EncodeToString(claims[-65538].([]byte)) != "c0ffee" {
		t.Fatalf("claims: %v", claims)
	}
}

func TestRelyingParty(t *testing.T) {
	for _, side := range []string{"client", "server"} {
		t.Run(side, func(t *testing.T) {
			h := start(t)
			peer := h.open("c1", side)
			sender := otherSide[side]
			attester := &evidence.Attester{
				Key: h.attestLeaf.certificate.PrivateKey.(crypto.Signer), Chain: h.attestLeaf.certificate.Certificate,
				UEID: []byte{1}, Measurement: []byte{0xc0},
			}
			// exchange asks the shim for a request and answers it; the context can be another one.
			exchange := func(alter func(context []byte)) (request, authenticator []byte) {
				request = h.bytes(h.call("request", object{"channel": "c1", "signatureSchemes": []int{1027}, "attestation": true}), "request")
				if request[0] != messageType(sender) {
					t.Fatalf("request has type %d", request[0])
				}
				context := append([]byte{}, request[5:5+int(request[4])]...)
				alter(context)
				entry := testpki.Entry(h.leaf.der(), attestationExtension(t, attester, peer.ConnectionState(), context, h.leaf.der()))
				key := h.leaf.certificate.PrivateKey.(*ecdsa.PrivateKey)
				return request, testpki.Seal(t, peer.ConnectionState(), sender, request, context, testpki.SHA256WithP256, key, entry)
			}
			untouched := func([]byte) {}

			request, good := exchange(untouched)
			result := h.call("validate", h.validateParams("c1", request, good, "required"))
			detail, ok := result["accepted"].(object)
			if !ok || detail["attested"] != true || detail["model"] != "background-check" || detail["type"] != evidence.MediaType {
				t.Fatalf("a right authenticator: %v", result)
			}
			if chain := detail["chain"].([]any); len(chain) != 1 || chain[0] != h.leaf.chain[0] {
				t.Fatal("another chain")
			}
			if code := refusedCode(h.call("validate", h.validateParams("c1", request, good, "required"))); code != "context-reused" {
				t.Fatalf("replay: %s", code)
			}

			request, flipped := exchange(untouched)
			flipped[len(flipped)-1] ^= 1
			if code := refusedCode(h.call("validate", h.validateParams("c1", request, flipped, "required"))); code != "finished-mismatch" {
				t.Fatalf("flipped Finished: %s", code)
			}

			request, wrong := exchange(func(context []byte) { context[0] ^= 1 })
			if code := refusedCode(h.call("validate", h.validateParams("c1", request, wrong, "required"))); code != "context-mismatch" {
				t.Fatalf("wrong context: %s", code)
			}
		})
	}
}

// attestationExtension writes Cocos's payload by hand.
func attestationExtension(t *testing.T, a *evidence.Attester, st tls.ConnectionState, context, leaf []byte) []byte {
	t.Helper()
	binding, aikHash := testpki.Binding(t, st, context, leaf)
	token, err := a.Evidence(binding, aikHash)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(object{
		"version": 1, "media_type": evidence.MediaType, "evidence": token,
		"binder": object{"exporter_label": "Attestation", "aik_pub_hash": aikHash, "binding": binding},
	})
	if err != nil {
		t.Fatal(err)
	}
	return testpki.Extension(testpki.Offer, testpki.Vector(2, payload))
}
