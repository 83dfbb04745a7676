package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"expat-conformance/iuts/go-crypto-tls/vectors"
)

// ask serves one line and returns what comes back.
func ask(t *testing.T, on *server, line string) (answer struct {
	ID     json.RawMessage
	Result vectors.Members
	Error  *rpcError
}) {
	t.Helper()
	var request call
	if err := json.Unmarshal([]byte(line), &request); err != nil {
		t.Fatal(err)
	}
	octets, err := json.Marshal(on.answer(request))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(octets, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestErrors(t *testing.T) {
	for line, code := range map[string]int{
		`{"id":1,"method":"dance"}`:                                                               codeMethodUnknown,
		`{"id":1,"method":"close","params":{"channel":"c9"}}`:                                     codeParams,
		`{"id":1,"method":"close","params":{"channel":9}}`:                                        codeParams,
		`{"id":1,"method":"export","params":{"channel":"c","context":"zz"}}`:                      codeParams,
		`{"id":1,"method":"hello","params":{"profile":{"publicKey":"jwk","revision":"draft-x"}}}`: codeUnsupported,
		`{"id":1,"method":"appraise","params":{"cipherSuite":"TLS_SM4_GCM_SM3"}}`:                 codeUnsupported,
	} {
		if answer := ask(t, newServer(), line); answer.Error == nil || answer.Error.Code != code {
			t.Errorf("%s: %+v", line, answer)
		}
	}
}

func TestServeGoesOnAfterGarbageAndEndsWithBye(t *testing.T) {
	var output bytes.Buffer
	input := strings.Repeat("x", 1<<20) + "\n" + `{"id":2,"method":"bye"}` + "\n" + `{"id":3,"method":"bye"}` + "\n"
	if err := newServer().serve(strings.NewReader(input), &output); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(output.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "-32700") || !strings.Contains(lines[1], `"id":2`) {
		t.Errorf("%q", lines)
	}
}

// The method appraise over the vectors of whole messages; all that it is asked is in a vector.
func TestAppraiseVectors(t *testing.T) {
	for topic, kind := range map[string]string{"authenticators": "authenticator", "transcript": "authenticator", "exchanges": "exchange"} {
		vectors.Each(t, topic, kind, func(t *testing.T, vector vectors.Vector) {
			on := newServer()
			vector.Inputs.Into(t, "profile", &on.profile)
			params := vectors.Members{"clientHello": json.RawMessage("null")}
			for _, from := range []vectors.Members{vector.Inputs, vector.Output} {
				for name, value := range from {
					params[name] = value
				}
			}
			var connection vectors.Members
			vector.Inputs.Into(t, "connection", &connection)
			for name, value := range connection {
				params[name] = value
			}
			line, err := json.Marshal(map[string]any{"id": 1, "method": "appraise", "params": params})
			if err != nil {
				t.Fatal(err)
			}
			answer := ask(t, on, string(line))
			if answer.Error != nil {
				t.Fatal(answer.Error)
			}
			if _, taken := answer.Result["accepted"]; taken != vector.Valid {
				t.Errorf("valid: %v, answer: %s", vector.Valid, answer.Result)
			}
		})
	}
}
