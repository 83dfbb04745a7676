package attestation

import (
	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/cmw"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// maximumDepth limits collections within collections (draft-ietf-rats-msg-wrap section 3.3).
const maximumDepth = 8

// strictCBOR refuses duplicate map keys (RFC 8949 section 5.6). Unmarshal refuses what stands behind the item.
var strictCBOR = func() cbor.DecMode {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF}.DecMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return mode
}()

// readCMW gives the messages that a CMW holds, one or, of a collection, several. The first octet tells its form and
// encoding (section 3.4).
//
// veraison/cmw v0.2.0 is not asked to read: it does not tell an indicator of zero from none, takes arrays for byte
// strings and numbers for types in JSON, lets a label come twice, and panics where the value of a JSON record is a
// number of one digit.
func readCMW(octets []byte, depth int) ([]*record, error) {
	if len(octets) == 0 || depth > maximumDepth {
		return nil, refusal.New("cmw", "there is nothing, or it is nested too deep")
	}
	var read func([]byte) (*record, error)
	switch first := octets[0]; {
	case first == 0x82 || first == 0x83 || first == 0x9f:
		read = readCBORRecord
	case first == '[':
		read = readJSONRecord
	case first == 0xda:
		read = readTag
	case first == '{':
		return readJSONCollection(octets, depth)
	case first >= 0xa0 && first <= 0xbb || first == 0xbf:
		return readCBORCollection(octets, depth)
	default:
		return nil, refusal.New("cmw", "0x%02x begins no CMW", first)
	}
	single, err := read(octets)
	if err != nil {
		return nil, err
	}
	return []*record{single}, nil
}

// readTag reads a tag CMW, whose number stands for a Content-Format (section 3.2).
func readTag(octets []byte) (*record, error) {
	var tag cbor.RawTag
	if err := strictCBOR.Unmarshal(octets, &tag); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	number, err := cmw.CF(tag.Number)
	if err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	if again, err := cmw.TN(number); err != nil || again != tag.Number {
		return nil, refusal.New("cmw", "tag %d is that of no Content-Format", tag.Number)
	}
	kind, err := contentFormat(number)
	if err != nil {
		return nil, err
	}
	value, err := readBytes(tag.Content)
	if err != nil {
		return nil, err
	}
	return newRecord(kind, value, cmw.IndicatorNone)
}

// buildCMW makes a CMW of one message in the form and the encoding that are asked for.
func buildCMW(form, encoding, mediaType string, value []byte, indicator cmw.Indicator) ([]byte, error) {
	wrapped, err := cmw.NewMonad(mediaType, value, indicator)
	if err != nil {
		return nil, err
	}
	switch form {
	case "tag":
		wrapped.UseCBORTagFormat()
		encoding = "cbor"
	case "collection":
		item := wrapped
		if wrapped, err = cmw.NewCollection(""); err != nil {
			return nil, err
		}
		if err = wrapped.AddCollectionItem("attestation", item); err != nil {
			return nil, err
		}
	}
	if encoding == "json" {
		return wrapped.MarshalJSON()
	}
	return wrapped.MarshalCBOR()
}
