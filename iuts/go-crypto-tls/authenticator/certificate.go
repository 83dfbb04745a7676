package authenticator

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Entry is a CertificateEntry (RFC 8446 section 4.4.2).
type Entry struct {
	Certificate []byte // DER
	Extensions  []Extension
}

// buildCertificate makes a Certificate message (RFC 9261 section 5.2.1).
func buildCertificate(context []byte, entries []Entry) ([]byte, error) {
	return buildMessage(typeCertificate, func(body *cryptobyte.Builder) {
		body.AddUint8LengthPrefixed(addBytes(context))
		body.AddUint24LengthPrefixed(func(list *cryptobyte.Builder) {
			for _, entry := range entries {
				list.AddUint24LengthPrefixed(addBytes(entry.Certificate))
				addExtensions(list, entry.Extensions)
			}
		})
	})
}

// parseCertificate reads the body of a Certificate message: the context and at least one entry.
func parseCertificate(body cryptobyte.String) ([]byte, []Entry, error) {
	var context, list cryptobyte.String
	if !body.ReadUint8LengthPrefixed(&context) || !body.ReadUint24LengthPrefixed(&list) || !body.Empty() {
		return nil, nil, malformed("the Certificate message does not follow its structure")
	}
	var entries []Entry
	for !list.Empty() {
		var certificate, block cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&certificate) || certificate.Empty() || !list.ReadUint16LengthPrefixed(&block) {
			return nil, nil, malformed("entry %d of the Certificate message does not follow its structure", len(entries))
		}
		extensions, err := readExtensions(block)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, Entry{certificate, extensions})
	}
	if len(entries) == 0 {
		// Declining has a form of its own, a Finished alone (RFC 9261 section 6).
		return nil, nil, malformed("the Certificate message has no entry")
	}
	return context, entries, nil
}

// checkEntryExtensions refuses extensions that were not asked for, and those that are known not to belong into a
// Certificate message (RFC 9261 section 5.2.1, RFC 8446 section 4.2).
func checkEntryExtensions(entries []Entry, asked []uint16) error {
	for index, entry := range entries {
		for _, each := range entry.Extensions {
			if !slices.Contains(asked, each.Type) {
				return refusal.New("unsolicited-extension", "entry %d holds extension %d, which was not asked for", index, each.Type)
			}
			if where, known := definedFor[each.Type]; known && !where.certificate {
				return malformed("extension %d does not belong into a Certificate message", each.Type)
			}
		}
	}
	return nil
}

func extensionTypes(extensions []Extension) []uint16 {
	types := make([]uint16, 0, len(extensions))
	for _, each := range extensions {
		types = append(types, each.Type)
	}
	return types
}
