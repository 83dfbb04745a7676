package main

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"expat-conformance/iuts/cocos/internal/testpki"
)

func errorOf(answer object) (code int, feature string) {
	detail, _ := answer["error"].(object)
	number, _ := detail["code"].(float64)
	data, _ := detail["data"].(object)
	return int(number), fmt.Sprint(data["feature"])
}

func TestErrorsOfTheShim(t *testing.T) {
	h := start(t)
	if code, _ := errorOf(h.line("{")); code != codeParse {
		t.Fatalf("not JSON: %d", code)
	}
	if code, _ := errorOf(h.ask("nothing", nil)); code != codeNoMethod {
		t.Fatalf("unknown method: %d", code)
	}
	if code, _ := errorOf(h.ask("send", object{"channel": "never", "data": ""})); code != codeParams {
		t.Fatalf("unknown channel: %d", code)
	}
	if code, _ := errorOf(h.ask("send", object{"channel": 7})); code != codeParams {
		t.Fatalf("wrong type: %d", code)
	}
	for name, value := range map[string]any{"cmwAttestation": 65535, "exporterLabel": "Attestation Binding", "exporterLength": 48, "publicKey": "raw", "revision": "draft-fossati-seat-expat-09"} {
		code, feature := errorOf(h.ask("hello", object{"protocol": 1, "profile": object{name: value}}))
		if code != codeUnsupported || feature != name {
			t.Fatalf("profile %s: %d %s", name, code, feature)
		}
	}
	h.call("bye", object{})
	if err := <-h.done; err != nil {
		t.Fatal(err)
	}
}

func TestLongLines(t *testing.T) {
	h := start(t)
	h.open("c1", "client")
	long := strings.Repeat("ab", 450_000)
	if result := h.call("context", object{"authenticator": long}); refusedCode(result) != "malformed" {
		t.Fatalf("a line of 900 kB: %v", result)
	}
}

func TestStream(t *testing.T) {
	h := start(t)
	peer := h.open("c1", "client")
	if _, err := peer.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if result := h.call("receive", object{"channel": "c1", "length": 9, "timeout": 50}); refusedCode(result) != "other" {
		t.Fatalf("too little data: %v", result)
	}
	if got := h.bytes(h.call("receive", object{"channel": "c1", "length": 5}), "data"); string(got) != "hello" {
		t.Fatalf("kept %q", got)
	}
	peer.Close()
	if result := h.call("receive", object{"channel": "c1", "length": 1, "timeout": 5000}); refusedCode(result) != "other" {
		t.Fatalf("closed peer: %v", result)
	}
	h.call("close", object{"channel": "c1"})
	if code, _ := errorOf(h.ask("close", object{"channel": "c1"})); code != codeParams {
		t.Fatal("a closed channel is still known")
	}
}

func TestExportAndContext(t *testing.T) {
	h := start(t)
	peer := h.open("c1", "server")
	got := h.bytes(h.call("export", object{"channel": "c1", "label": "Attestation", "context": "0102", "length": 32}), "value")
	if !bytes.Equal(got, testpki.Export(t, peer.ConnectionState(), "Attestation", []byte{1, 2})) {
		t.Fatal("export differs")
	}
	request := h.call("request", object{"channel": "c1", "signatureSchemes": []int{2055, 1027}, "attestation": false, "context": ""})
	if result := h.call("context", object{"request": request["request"]}); result["context"] != "" {
		t.Fatalf("a context of length zero: %v", result)
	}
	trailing := hex.EncodeToString(append(h.bytes(request, "request"), 0))
	if result := h.call("context", object{"request": trailing}); refusedCode(result) != "malformed" {
		t.Fatalf("trailing byte: %v", result)
	}
}

func TestEmptyAndSpontaneous(t *testing.T) {
	h := start(t)
	attester, relying := h.open("attester", "server"), h.open("relying", "client")

	// The shim's empty authenticator is the Finished alone, over a Certificate with no entries.
	context := []byte("decline")
	request := testpki.Request(17, context, testpki.Schemes(testpki.SHA256WithP256))
	result := h.call("authenticate", object{"channel": "attester", "request": hex.EncodeToString(request), "identity": nil, "attestation": nil})
	certificate := append([]byte{11}, testpki.Vector(3, testpki.Vector(1, context), testpki.Vector(3))...)
	expected := func(hc []byte) []byte { return bytes.Join([][]byte{hc, request, certificate}, nil) }
	label := "EXPORTER-server authenticator handshake context"
	st := attester.ConnectionState()
	if !bytes.Equal(h.bytes(result, "authenticator"), testpki.Finished(t, st, "server", expected(testpki.Export(t, st, label, nil)))) {
		t.Fatal("empty authenticator differs")
	}
	st = relying.ConnectionState()
	empty := testpki.Finished(t, st, "server", expected(testpki.Export(t, st, label, nil)))
	if result := h.call("validate", h.validateParams("relying", request, empty, "none")); refusedCode(result) != "empty-authenticator" {
		t.Fatalf("a right empty authenticator: %v", result)
	}

	made := h.call("authenticate", object{"channel": "attester", "request": nil, "identity": h.leaf.identity(), "attestation": attestationParam(h)})
	h.bytes(made, "authenticator")
	sealed := testpki.Seal(t, st, "server", nil, []byte("spontaneous"), testpki.SHA256WithP256, h.leaf.certificate.PrivateKey.(*ecdsa.PrivateKey), testpki.Entry(h.leaf.der()))
	if result := h.call("validate", h.validateParams("relying", nil, sealed, "optional")); result["accepted"] == nil {
		t.Fatalf("spontaneous: %v", result)
	}
	if result := h.call("authenticate", object{"channel": "relying", "request": nil, "identity": h.leaf.identity(), "attestation": nil}); refusedCode(result) != "wrong-role" {
		t.Fatalf("a spontaneous authenticator of a client: %v", result)
	}
}
