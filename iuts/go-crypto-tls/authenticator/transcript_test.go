package authenticator

import (
	"crypto"
	"encoding/hex"
	"testing"
)

func fromHex(t *testing.T, digits string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// The values are those of the tests of fizz, whose request enters the transcript without its handshake header.
func TestVerifyDataOfFizz(t *testing.T) {
	secret := []byte("12345678901234567890123456789012")
	with := &keys{crypto.SHA256, secret, secret}
	request := fromHex(t, "14303132333435363738396162636465666768696a0008000d000400020403")
	for name, each := range map[string]struct{ certificate, certificateVerify, expected string }{
		"authenticator": {
			"0b00000400000000", "0f00000d040300097369676e6174757265",
			"b523548c421b05f7f3c33276fbdd5266ba2df103796d7d483368259860a648f2",
		},
		"empty": {
			"0b00001814303132333435363738396162636465666768696a000000", "",
			"11fae4bcdf4673b6dfb276d886c4cd1c5b0920da961643f062d1d4a6062115b1",
		},
	} {
		made := with.verifyData(request, fromHex(t, each.certificate), fromHex(t, each.certificateVerify))
		if hex.EncodeToString(made) != each.expected {
			t.Errorf("%s: %x", name, made)
		}
	}
}
