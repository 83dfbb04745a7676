package attestation

import (
	"encoding/json"

	"github.com/fxamacker/cbor/v2"
	josejson "github.com/go-jose/go-jose/v4/json"
	"github.com/veraison/cmw"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// collectionType is the reserved label of a collection (draft-ietf-rats-msg-wrap section 3.3).
const collectionType = "__cmwc_t"

// readCBORCollection gives the messages of a map of CMWs under labels of text or integers.
func readCBORCollection(octets []byte, depth int) ([]*record, error) {
	var members map[any]cbor.RawMessage
	if err := strictCBOR.Unmarshal(octets, &members); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	var records []*record
	for label, member := range members {
		if label == collectionType {
			var kind string
			if err := strictCBOR.Unmarshal(member, &kind); err != nil || majorType(member) != 3 {
				return nil, refusal.New("cmw", "the type of the collection is no text")
			}
			if err := checkCollectionType(kind); err != nil {
				return nil, err
			}
			continue
		}
		switch label.(type) {
		case string, uint64, int64:
		default:
			return nil, refusal.New("cmw", "a label is neither text nor an integer")
		}
		if major := majorType(member); major == 2 || major == 3 { // a string, whose first octet could be that of JSON
			return nil, refusal.New("cmw", "an item of the collection is no CMW")
		}
		item, err := readCMW(member, depth+1)
		if err != nil {
			return nil, err
		}
		records = append(records, item...)
	}
	return nonEmpty(records)
}

// readJSONCollection gives the messages of an object of CMWs in JSON. No name comes twice, which the decoder of go-jose
// sees to; encoding/json would take the last.
func readJSONCollection(octets []byte, depth int) ([]*record, error) {
	var members map[string]josejson.RawMessage
	if !json.Valid(octets) {
		return nil, refusal.New("cmw", "the collection is no JSON")
	}
	if err := josejson.Unmarshal(octets, &members); err != nil {
		return nil, refusal.New("cmw", "%v", err)
	}
	var records []*record
	for label, member := range members {
		if label == collectionType {
			var kind *string
			if err := json.Unmarshal(member, &kind); err != nil || kind == nil {
				return nil, refusal.New("cmw", "the type of the collection is no text")
			}
			if err := checkCollectionType(*kind); err != nil {
				return nil, err
			}
			continue
		}
		if first := member[0]; first != '[' && first != '{' {
			return nil, refusal.New("cmw", "an item of the collection is no CMW")
		}
		item, err := readCMW(member, depth+1)
		if err != nil {
			return nil, err
		}
		records = append(records, item...)
	}
	return nonEmpty(records)
}

// checkCollectionType has the type be an absolute URI or an object identifier.
func checkCollectionType(kind string) error {
	if kind == "" { // by which veraison/cmw means that there is none
		return refusal.New("cmw", "the type of the collection is empty")
	}
	if _, err := cmw.NewCollection(kind); err != nil {
		return refusal.New("cmw", "%v", err)
	}
	return nil
}

func nonEmpty(records []*record) ([]*record, error) {
	if len(records) == 0 {
		return nil, refusal.New("cmw", "the collection is empty")
	}
	return records, nil
}
