package authenticator

import (
	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Handshake types (RFC 8446 section 4, RFC 9261 section 8.3).
const (
	typeCertificate              = 11
	typeCertificateRequest       = 13
	typeCertificateVerify        = 15
	typeClientCertificateRequest = 17
	typeFinished                 = 20
)

func malformed(format string, arguments ...any) error {
	return refusal.New("malformed", format, arguments...)
}

// message is one handshake message: the whole of it, which is what transcripts hold, and its body.
type message struct {
	kind  uint8
	whole []byte
	body  cryptobyte.String
}

// readMessage takes one handshake message off the front of the input.
func readMessage(input *cryptobyte.String) (message, error) {
	before := *input
	var kind uint8
	var body cryptobyte.String
	if !input.ReadUint8(&kind) || !input.ReadUint24LengthPrefixed(&body) {
		return message{}, malformed("a handshake message is cut short")
	}
	return message{kind, before[:len(before)-len(*input)], body}, nil
}

// buildMessage frames a body as a handshake message, without a record layer (RFC 9261 sections 4 and 5.2).
func buildMessage(kind uint8, body func(*cryptobyte.Builder)) ([]byte, error) {
	builder := cryptobyte.NewBuilder(nil)
	builder.AddUint8(kind)
	builder.AddUint24LengthPrefixed(body)
	return builder.Bytes()
}

// addBytes is the body of a vector whose content is known.
func addBytes(content []byte) func(*cryptobyte.Builder) {
	return func(child *cryptobyte.Builder) { child.AddBytes(content) }
}
