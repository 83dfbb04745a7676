package authenticator

import (
	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// request is a parsed CertificateRequest or ClientCertificateRequest (RFC 9261 section 4).
type request struct {
	whole      []byte
	context    []byte
	extensions []Extension
	schemes    []Scheme
}

// requestType is the handshake type of the requests that an end of this role makes (RFC 9261 section 4).
func (r Role) requestType() uint8 {
	if r == Server {
		return typeCertificateRequest
	}
	return typeClientCertificateRequest
}

// parseRequest reads one request and nothing behind it. Extensions that are not recognised are passed over, those that
// are known but belong elsewhere are refused (RFC 8446 section 4.2).
func parseRequest(octets []byte) (uint8, *request, error) {
	input := cryptobyte.String(octets)
	framed, err := readMessage(&input)
	if err != nil {
		return 0, nil, err
	}
	if framed.kind != typeCertificateRequest && framed.kind != typeClientCertificateRequest {
		return 0, nil, malformed("handshake type %d is none of a request", framed.kind)
	}
	var context, block cryptobyte.String
	if !input.Empty() || !framed.body.ReadUint8LengthPrefixed(&context) ||
		!framed.body.ReadUint16LengthPrefixed(&block) || !framed.body.Empty() {
		return 0, nil, malformed("the request does not follow its structure")
	}
	extensions, err := readExtensions(block)
	if err != nil {
		return 0, nil, err
	}
	for _, each := range extensions {
		if where, known := definedFor[each.Type]; known && !where.request {
			return 0, nil, malformed("extension %d does not belong into a request", each.Type)
		}
	}
	data, found := find(extensions, extensionSignatureAlgorithms)
	if !found {
		return 0, nil, malformed("the request has no signature_algorithms")
	}
	schemes, err := readSchemes(data)
	if err != nil {
		return 0, nil, err
	}
	if data, found := find(extensions, extensionSignatureAlgorithmsCert); found {
		if _, err := readSchemes(data); err != nil {
			return 0, nil, err
		}
	}
	return framed.kind, &request{octets, context, extensions, schemes}, nil
}

// parseRequestFrom reads a request that an end of the given role has made, and refuses the type of the other role: an
// end would answer its own request otherwise.
func parseRequestFrom(sender Role, octets []byte) (*request, error) {
	kind, parsed, err := parseRequest(octets)
	if err != nil {
		return nil, err
	}
	if kind != sender.requestType() {
		return nil, refusal.New("wrong-role", "handshake type %d is not what a %s asks with", kind, sender)
	}
	return parsed, nil
}

// buildRequest makes the request of an end of the given role.
func buildRequest(sender Role, context []byte, schemes []Scheme, more []Extension) ([]byte, error) {
	list := cryptobyte.NewBuilder(nil)
	list.AddUint16LengthPrefixed(func(child *cryptobyte.Builder) {
		for _, scheme := range schemes {
			child.AddUint16(uint16(scheme))
		}
	})
	data, err := list.Bytes()
	if err != nil {
		return nil, err
	}
	extensions := append([]Extension{{extensionSignatureAlgorithms, data}}, more...)
	return buildMessage(sender.requestType(), func(body *cryptobyte.Builder) {
		body.AddUint8LengthPrefixed(addBytes(context))
		addExtensions(body, extensions)
	})
}
