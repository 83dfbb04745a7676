package authenticator

import (
	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// ContextOfRequest returns the certificate_request_context of a request of either type (RFC 9261 section 7.2).
func ContextOfRequest(octets []byte) ([]byte, error) {
	_, parsed, err := parseRequest(octets)
	if err != nil {
		return nil, err
	}
	return parsed.context, nil
}

// ContextOfAuthenticator returns that of an authenticator. An empty one has none.
func ContextOfAuthenticator(octets []byte) ([]byte, error) {
	input := cryptobyte.String(octets)
	var context []byte
	for index, kind := range []uint8{typeCertificate, typeCertificateVerify, typeFinished} {
		each, err := readMessage(&input)
		if err != nil {
			return nil, err
		}
		if index == 0 && each.kind == typeFinished {
			return nil, refusal.New("empty-authenticator", "an empty authenticator has no context")
		}
		if each.kind != kind {
			return nil, malformed("message %d is of handshake type %d and not %d", index, each.kind, kind)
		}
		if index == 0 {
			if context, _, err = parseCertificate(each.body); err != nil {
				return nil, err
			}
		}
	}
	if !input.Empty() {
		return nil, malformed("something stands behind Finished")
	}
	return context, nil
}
