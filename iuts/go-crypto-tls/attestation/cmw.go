package attestation

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"mime"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/cmw"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// record is a CMW record (draft-ietf-rats-msg-wrap section 3.1) whose type is known.
type record struct {
	mediaType string // in lower case, without parameters
	value     []byte
	indicator cmw.Indicator // IndicatorNone where it was left out
}

// readRecord reads a record in CBOR or JSON; the first octet tells which (section 3.4). veraison/cmw v0.2.0 is not
// asked to read: it does not tell an indicator of zero from none, takes arrays for byte strings and numbers for types
// in JSON, and panics where the value of a JSON record is a number of one digit. The other forms of CMW are refused.
func readRecord(octets []byte) (*record, error) {
	switch octets[0] {
	case 0x82, 0x83, 0x9f:
		return readCBORRecord(octets)
	case '[':
		return readJSONRecord(octets)
	default:
		return nil, refusal.New("cmw", "0x%02x does not begin a record", octets[0])
	}
}

// strictCBOR refuses duplicate map keys (RFC 8949 section 5.6). Unmarshal refuses what stands behind the item.
var strictCBOR = func() cbor.DecMode {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF}.DecMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return mode
}()

func majorType(item cbor.RawMessage) byte { return item[0] >> 5 }

func readCBORRecord(octets []byte) (*record, error) {
	var members []cbor.RawMessage
	if err := strictCBOR.Unmarshal(octets, &members); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	if len(members) != 2 && len(members) != 3 {
		return nil, refusal.New("cmw", "a record has two or three members, not %d", len(members))
	}
	var kind string
	switch majorType(members[0]) {
	case 3:
		if err := strictCBOR.Unmarshal(members[0], &kind); err != nil {
			return nil, refusal.New("cmw", "%v", err)
		}
	case 0:
		var number uint64
		if err := strictCBOR.Unmarshal(members[0], &number); err != nil || number > math.MaxUint16 {
			return nil, refusal.New("cmw", "the type is no Content-Format")
		}
		var format cmw.Type
		if err := format.Set(uint16(number)); err != nil {
			return nil, refusal.New("cmw", "%v", err)
		}
		kind = format.String()
	default:
		return nil, refusal.New("cmw", "the type is neither text nor an unsigned integer")
	}
	var value []byte
	if majorType(members[1]) != 2 {
		return nil, refusal.New("cmw", "the value is no byte string")
	}
	if err := strictCBOR.Unmarshal(members[1], &value); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	var indicator uint64
	if len(members) == 3 {
		if majorType(members[2]) != 0 {
			return nil, refusal.New("cmw", "the indicator is no unsigned integer")
		}
		if err := strictCBOR.Unmarshal(members[2], &indicator); err != nil || indicator == 0 || indicator > math.MaxUint32 {
			return nil, refusal.New("cmw", "the indicator is not within 1 and 2^32-1")
		}
	}
	return newRecord(kind, value, indicator)
}

func readJSONRecord(octets []byte) (*record, error) {
	var members []json.RawMessage
	if err := json.Unmarshal(octets, &members); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	if len(members) != 2 && len(members) != 3 {
		return nil, refusal.New("cmw", "a record has two or three members, not %d", len(members))
	}
	var texts [2]*string // pointers, because null would be read as the empty text
	for index := range texts {
		if err := json.Unmarshal(members[index], &texts[index]); err != nil || texts[index] == nil {
			return nil, refusal.New("cmw", "member %d of the record is no text", index)
		}
	}
	value, err := decodeBase64URL(*texts[1])
	if err != nil {
		return nil, refusal.New("cmw", "the value of the record: %v", err)
	}
	var indicator uint64
	if len(members) == 3 {
		indicator, err = strconv.ParseUint(string(members[2]), 10, 32)
		if err != nil || indicator == 0 {
			return nil, refusal.New("cmw", "the indicator is not within 1 and 2^32-1")
		}
	}
	return newRecord(*texts[0], value, indicator)
}

// newRecord compares media types without regard to case and parameters (RFC 2045 section 5.1).
func newRecord(kind string, value []byte, indicator uint64) (*record, error) {
	mediaType, _, err := mime.ParseMediaType(kind)
	if err != nil {
		return nil, refusal.New("cmw", "the type %q is no media type: %v", kind, err)
	}
	return &record{mediaType, value, cmw.Indicator(indicator)}, nil
}

// decodeBase64URL takes base64url without padding and nothing else: encoding/base64 passes over line breaks, and over
// bits behind the last octet where it is not strict.
func decodeBase64URL(text string) ([]byte, error) {
	if index := strings.IndexAny(text, "\r\n"); index >= 0 {
		return nil, base64.CorruptInputError(index)
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

// buildRecord makes a record in the encoding that is asked for.
func buildRecord(encoding, mediaType string, value []byte, indicator cmw.Indicator) ([]byte, error) {
	wrapped, err := cmw.NewMonad(mediaType, value, indicator)
	if err != nil {
		return nil, err
	}
	if encoding == "json" {
		return wrapped.MarshalJSON()
	}
	return wrapped.MarshalCBOR()
}
