package authenticator

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Extension is one TLS extension, of a request or of an entry of a Certificate message.
type Extension struct {
	Type uint16
	Data []byte
}

// Extension types that this package reads itself.
const (
	extensionServerName              = 0
	extensionSignatureAlgorithms     = 13
	extensionSignatureAlgorithmsCert = 50
)

// definedFor says in which of the two messages a registered extension may stand (RFC 8446 section 4.2, RFC 9261 section
// 8.1). Types that are not listed are not recognised, and nothing is said about them.
var definedFor = map[uint16]struct{ request, certificate bool }{
	extensionServerName:              {true, false},  // in ClientCertificateRequest; section 4.2 is silent on type 13
	1:                                {false, false}, // max_fragment_length
	5:                                {true, true},   // status_request
	10:                               {false, false}, // supported_groups
	extensionSignatureAlgorithms:     {true, false},
	14:                               {false, false}, // use_srtp
	15:                               {false, false}, // heartbeat
	16:                               {false, false}, // application_layer_protocol_negotiation
	18:                               {true, true},   // signed_certificate_timestamp
	19:                               {false, false}, // client_certificate_type
	20:                               {false, false}, // server_certificate_type
	21:                               {false, false}, // padding
	41:                               {false, false}, // pre_shared_key
	42:                               {false, false}, // early_data
	43:                               {false, false}, // supported_versions
	44:                               {false, false}, // cookie
	45:                               {false, false}, // psk_key_exchange_modes
	47:                               {true, false},  // certificate_authorities
	48:                               {true, false},  // oid_filters
	49:                               {false, false}, // post_handshake_auth
	extensionSignatureAlgorithmsCert: {true, false},
	51:                               {false, false}, // key_share
}

// readExtensions reads a block of extensions to its end. A type that occurs twice is refused (RFC 8446 section 4.2).
func readExtensions(block cryptobyte.String) ([]Extension, error) {
	var extensions []Extension
	for !block.Empty() {
		var kind uint16
		var data cryptobyte.String
		if !block.ReadUint16(&kind) || !block.ReadUint16LengthPrefixed(&data) {
			return nil, malformed("an extension is cut short")
		}
		if _, twice := find(extensions, kind); twice {
			return nil, refusal.New("malformed", "extension %d occurs twice", kind)
		}
		extensions = append(extensions, Extension{kind, data})
	}
	return extensions, nil
}

func find(extensions []Extension, kind uint16) ([]byte, bool) {
	index := slices.IndexFunc(extensions, func(each Extension) bool { return each.Type == kind })
	if index < 0 {
		return nil, false
	}
	return extensions[index].Data, true
}

func addExtensions(builder *cryptobyte.Builder, extensions []Extension) {
	builder.AddUint16LengthPrefixed(func(block *cryptobyte.Builder) {
		for _, each := range extensions {
			block.AddUint16(each.Type)
			block.AddUint16LengthPrefixed(addBytes(each.Data))
		}
	})
}

// readSchemes reads the list of signature_algorithms or signature_algorithms_cert (RFC 8446 section 4.2.3).
func readSchemes(data cryptobyte.String) ([]Scheme, error) {
	var list cryptobyte.String
	if !data.ReadUint16LengthPrefixed(&list) || !data.Empty() || list.Empty() || len(list)%2 != 0 {
		return nil, malformed("a list of signature schemes is malformed")
	}
	var schemes []Scheme
	for !list.Empty() {
		var scheme uint16
		list.ReadUint16(&scheme) // an even number of octets is left
		schemes = append(schemes, Scheme(scheme))
	}
	return schemes, nil
}
