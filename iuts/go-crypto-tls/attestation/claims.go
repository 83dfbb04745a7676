package attestation

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// claims is a claims set of EAT (RFC 9711), whichever its serialisation.
type claims interface {
	// lookup gives the value of a claim.
	lookup(claim Claim) (any, bool)
	// octets gives a byte string, from a CBOR byte string or JSON base64url.
	octets(value any) ([]byte, bool)
}

type cwtClaims map[any]any

func (c cwtClaims) lookup(claim Claim) (any, bool) {
	key := claim.CWT.key
	if number, integer := key.(int64); integer && number >= 0 {
		key = uint64(number) // as fxamacker/cbor has it
	}
	value, found := c[key]
	return value, found
}

func (c cwtClaims) octets(value any) ([]byte, bool) {
	octets, ok := value.([]byte)
	return octets, ok
}

type jwtClaims map[string]any

func (c jwtClaims) lookup(claim Claim) (any, bool) {
	value, found := c[claim.JWT.name()]
	return value, found
}

func (c jwtClaims) octets(value any) ([]byte, bool) {
	text, ok := value.(string)
	if !ok {
		return nil, false
	}
	octets, err := decodeBase64URL(text)
	return octets, err == nil
}

// readCWTClaims reads the payload of a CWT: one map, no key twice (RFC 8392 section 7.2).
func readCWTClaims(payload []byte) (cwtClaims, error) {
	var claims any
	if err := strictCBOR.Unmarshal(payload, &claims); err != nil {
		return nil, err
	}
	set, ok := claims.(map[any]any)
	if !ok {
		return nil, errors.New("the payload is no map of claims")
	}
	return set, nil
}

// readJWTClaims reads the payload of a JWT: one object, no name twice, which the decoder of go-jose sees to.
func readJWTClaims(payload []byte) (jwtClaims, error) {
	if !stdjson.Valid(payload) { // also limits how deep it is nested
		return nil, errors.New("the payload is no JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.SetNumberType(json.UnmarshalJSONNumber)
	var claims any
	if err := decoder.Decode(&claims); err != nil {
		return nil, err
	}
	set, ok := claims.(map[string]any)
	if !ok {
		return nil, errors.New("the payload is no object of claims")
	}
	return set, nil
}

// checkTimes judges exp and nbf. A time is an integer: EAR (section 3) and of iat EAT (RFC 9711 section 4.3.1) refuse floating-point numbers.
func checkTimes(set claims, now time.Time) error {
	if value, found := set.lookup(labelIssuedAt); found {
		if _, ok := integer(value); !ok {
			return fmt.Errorf("its time of issue %v is no integer", value)
		}
	}
	if value, found := set.lookup(labelExpires); found {
		expires, ok := integer(value)
		if !ok || now.Unix() >= expires {
			return fmt.Errorf("it expires at %v", value)
		}
	}
	if value, found := set.lookup(labelNotBefore); found {
		notBefore, ok := integer(value)
		if !ok || now.Unix() < notBefore {
			return fmt.Errorf("it does not count before %v", value)
		}
	}
	return nil
}

func integer(value any) (int64, bool) {
	switch value := value.(type) {
	case uint64:
		return int64(min(value, math.MaxInt64)), true
	case int64:
		return value, true
	case json.Number:
		number, err := value.Int64()
		return number, err == nil
	default:
		return 0, false
	}
}
