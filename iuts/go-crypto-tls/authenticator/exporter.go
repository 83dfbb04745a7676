package authenticator

import (
	"crypto"
	"crypto/hkdf"

	"golang.org/x/crypto/cryptobyte"
)

// NewExporter is the exporter of RFC 8446 section 7.5 over an exporter_master_secret, for a message that was recorded:
// a live connection exports by crypto/tls.
func NewExporter(hash crypto.Hash, exporterMasterSecret []byte) Exporter {
	digest := func(content []byte) []byte {
		sum := hash.New()
		sum.Write(content)
		return sum.Sum(nil)
	}
	return func(label string, context []byte, length int) ([]byte, error) {
		derived, err := expandLabel(hash, exporterMasterSecret, label, digest(nil), hash.Size())
		if err != nil {
			return nil, err
		}
		return expandLabel(hash, derived, "exporter", digest(context), length)
	}
}

// expandLabel is HKDF-Expand-Label of RFC 8446 section 7.1.
func expandLabel(hash crypto.Hash, secret []byte, label string, context []byte, length int) ([]byte, error) {
	info := cryptobyte.NewBuilder(nil)
	info.AddUint16(uint16(length))
	info.AddUint8LengthPrefixed(addBytes([]byte("tls13 " + label)))
	info.AddUint8LengthPrefixed(addBytes(context))
	encoded, err := info.Bytes()
	if err != nil {
		return nil, err
	}
	return hkdf.Expand(hash.New, secret, string(encoded), length)
}
