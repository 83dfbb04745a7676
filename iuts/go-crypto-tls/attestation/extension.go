package attestation

import (
	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Offer is the empty cmw_attestation of a request (draft section 3.1).
func (p Profile) Offer() authenticator.Extension {
	return authenticator.Extension{Type: p.CMWAttestation}
}

// offered says whether a request offers attestation. An offer that is not empty is malformed.
func (p Profile) offered(asked []authenticator.Extension) (bool, error) {
	for _, each := range asked {
		if each.Type == p.CMWAttestation {
			if len(each.Data) != 0 {
				return false, refusal.New("malformed", "the offer of cmw_attestation is not empty")
			}
			return true, nil
		}
	}
	return false, nil
}

// buildExtension puts a CMW into the structure CMWAttestation (draft section 3).
func (p Profile) buildExtension(cmw []byte) (authenticator.Extension, error) {
	builder := cryptobyte.NewBuilder(nil)
	builder.AddUint16LengthPrefixed(func(data *cryptobyte.Builder) { data.AddBytes(cmw) })
	data, err := builder.Bytes()
	return authenticator.Extension{Type: p.CMWAttestation, Data: data}, err
}

// cmwData finds the CMW of an authenticator, nil where there is none. It may stand in the first entry alone, and in an
// answer to a request alone: that the request has offered it was looked at before (draft sections 3 to 3.2).
func (p Profile) cmwData(validated *authenticator.Validated) ([]byte, error) {
	var found []byte
	for index, entry := range validated.Entries {
		for _, each := range entry.Extensions {
			if each.Type != p.CMWAttestation {
				continue
			}
			if index != 0 {
				return nil, refusal.New("malformed", "cmw_attestation stands in entry %d", index)
			}
			if validated.Asked == nil {
				return nil, refusal.New("unsolicited-extension", "cmw_attestation without a request")
			}
			data, content := cryptobyte.String(each.Data), cryptobyte.String(nil)
			if !data.ReadUint16LengthPrefixed(&content) || !data.Empty() || content.Empty() {
				return nil, refusal.New("malformed", "cmw_attestation does not follow its structure")
			}
			found = content
		}
	}
	return found, nil
}
