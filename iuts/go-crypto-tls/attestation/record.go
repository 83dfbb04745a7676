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

func majorType(item cbor.RawMessage) byte { return item[0] >> 5 }

// readCBORRecord reads an array of type, value and perhaps indicator (section 3.1).
func readCBORRecord(octets []byte) (*record, error) {
	var members []cbor.RawMessage
	if err := strictCBOR.Unmarshal(octets, &members); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	if len(members) != 2 && len(members) != 3 {
		return nil, refusal.New("cmw", "a record has two or three members, not %d", len(members))
	}
	kind, err := readCBORType(members[0])
	if err != nil {
		return nil, err
	}
	value, err := readBytes(members[1])
	if err != nil {
		return nil, err
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

// readBytes reads a byte string, and nothing that the decoder would turn into one.
func readBytes(item cbor.RawMessage) ([]byte, error) {
	if majorType(item) != 2 {
		return nil, refusal.New("cmw", "the value is no byte string")
	}
	var value []byte
	if err := strictCBOR.Unmarshal(item, &value); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	return value, nil
}

// readCBORType gives the media type of a record: as it stands, or that of a CoAP Content-Format.
func readCBORType(member cbor.RawMessage) (string, error) {
	switch majorType(member) {
	case 3:
		var kind string
		if err := strictCBOR.Unmarshal(member, &kind); err != nil {
			return "", refusal.New("cmw", "%v", err)
		}
		return kind, nil
	case 0:
		var number uint16
		if err := strictCBOR.Unmarshal(member, &number); err != nil {
			return "", refusal.New("cmw", "the type is no Content-Format: %v", err)
		}
		return contentFormat(number)
	default:
		return "", refusal.New("cmw", "the type is neither text nor an unsigned integer")
	}
}

func contentFormat(number uint16) (string, error) {
	var kind cmw.Type
	if err := kind.Set(number); err != nil {
		return "", refusal.New("cmw", "%v", err)
	}
	return kind.String(), nil
}

// readJSONRecord reads the same in JSON, where the type is a text and the value base64url.
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
