package main

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// strictCBOR refuses what a token must not hold: a key twice, tags where none are called for, bytes behind the value.
var strictCBOR = must(cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IntDec: cbor.IntDecConvertSigned}.DecMode())

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Token is a signed token, CWT or JWT, as far as it could be read.
type Token struct {
	algorithm   string
	contentType string
	scheme      *Scheme
	chain       [][]byte
	content     []byte // what the signature covers
	payload     []byte
	signature   []byte
}

// major is the major type of the first byte of a CBOR item.
func major(item []byte) int {
	if len(item) == 0 {
		return -1
	}
	return int(item[0] >> 5)
}

// cborBytes reads a byte string, and nothing else.
func cborBytes(item []byte) ([]byte, error) {
	if major(item) != 2 {
		return nil, errors.New("expected a byte string")
	}
	value := []byte{}
	err := strictCBOR.Unmarshal(item, &value)
	return value, err
}

// cborMap reads a map, and nothing else; a key that occurs twice is an error.
func cborMap(item []byte) (map[any]cbor.RawMessage, error) {
	if major(item) != 5 {
		return nil, errors.New("expected a map")
	}
	value := map[any]cbor.RawMessage{}
	err := strictCBOR.Unmarshal(item, &value)
	return value, err
}

// readCOSE reads a COSE_Sign1 under its tag (RFC 9052 sections 3 and 4.2), with the chain of RFC 9360.
func readCOSE(message []byte) (*Token, error) {
	var tag cbor.RawTag
	if err := strictCBOR.Unmarshal(message, &tag); err != nil {
		return nil, err
	}
	if tag.Number != cose.CBORTagSign1Message {
		return nil, fmt.Errorf("expected the tag 18, found %d", tag.Number)
	}
	var parts []cbor.RawMessage
	if err := strictCBOR.Unmarshal(tag.Content, &parts); err != nil {
		return nil, err
	}
	if major(tag.Content) != 4 || len(parts) != 4 {
		return nil, errors.New("expected an array of four")
	}
	protectedBytes, err := cborBytes(parts[0])
	if err != nil {
		return nil, fmt.Errorf("protected header: %w", err)
	}
	protected := map[any]cbor.RawMessage{}
	if len(protectedBytes) > 0 {
		if protected, err = cborMap(protectedBytes); err != nil {
			return nil, fmt.Errorf("protected header: %w", err)
		}
	}
	unprotected, err := cborMap(parts[1])
	if err != nil {
		return nil, fmt.Errorf("unprotected header: %w", err)
	}
	for label := range protected {
		if _, ok := unprotected[label]; ok {
			return nil, fmt.Errorf("the header parameter %v stands in both headers", label)
		}
	}
	for _, header := range []map[any]cbor.RawMessage{protected, unprotected} {
		for label := range header {
			if _, number := label.(int64); number {
				continue
			}
			if _, text := label.(string); !text {
				return nil, fmt.Errorf("a label of a header parameter is of type %T", label)
			}
		}
		if err := checkCommon(header); err != nil {
			return nil, err
		}
	}
	if err := checkCritical(protected, unprotected); err != nil {
		return nil, err
	}
	token := &Token{}
	if token.payload, err = cborBytes(parts[2]); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	if token.signature, err = cborBytes(parts[3]); err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	if token.content, err = cbor.Marshal([]any{"Signature1", protectedBytes, []byte{}, token.payload}); err != nil {
		return nil, err
	}
	var algorithm any
	if item, ok := protected[int64(1)]; ok {
		if err := strictCBOR.Unmarshal(item, &algorithm); err != nil {
			return nil, err
		}
	}
	if number, ok := algorithm.(int64); ok {
		token.algorithm = coseNames[number]
		if scheme, ok := tokenSchemes[token.algorithm]; ok {
			token.scheme = &scheme
		}
	}
	if kind, err := cborClaim(protected, int64(3)); err == nil {
		token.contentType, _ = kind.(string)
	}
	for _, header := range []map[any]cbor.RawMessage{unprotected, protected} {
		if item, ok := header[int64(33)]; ok {
			token.chain = readX5Chain(item)
		}
	}
	return token, nil
}

// understood are the header parameters that crit may name here: alg, content type, x5chain.
var understood = map[any]bool{int64(1): true, int64(3): true, int64(33): true}

// commonTypes are the major types that the common header parameters may have (RFC 9052 section 3.1, Generic_Headers).
var commonTypes = map[int64][]int{1: {0, 1, 3}, 2: {4}, 3: {0, 1, 3}, 4: {2}, 5: {2}, 6: {2}}

// checkCommon checks the types of the common header parameters.
func checkCommon(header map[any]cbor.RawMessage) error {
	for label, allowed := range commonTypes {
		if item, ok := header[label]; ok && !slices.Contains(allowed, major(item)) {
			return fmt.Errorf("the header parameter %d is of the major type %d", label, major(item))
		}
	}
	return nil
}

// checkCritical checks crit (RFC 9052 section 3.1): an array in the protected header, of labels that stand there and are understood.
func checkCritical(protected, unprotected map[any]cbor.RawMessage) error {
	if _, ok := unprotected[int64(2)]; ok {
		return errors.New("crit stands in the unprotected header")
	}
	item, ok := protected[int64(2)]
	if !ok {
		return nil
	}
	var labels []any
	if err := strictCBOR.Unmarshal(item, &labels); err != nil || major(item) != 4 || len(labels) == 0 {
		return errors.New("crit is no array of labels")
	}
	for _, label := range labels {
		if _, ok := protected[label]; !ok || !understood[label] {
			return fmt.Errorf("the critical header parameter %v is missing or not understood", label)
		}
	}
	return nil
}

// readX5Chain reads COSE_X509 (RFC 9360 section 2): one certificate as a byte string, several as an array. It gives nil where it is neither.
func readX5Chain(item []byte) [][]byte {
	if single, err := cborBytes(item); err == nil {
		return [][]byte{single}
	}
	var parts []cbor.RawMessage
	if err := strictCBOR.Unmarshal(item, &parts); err != nil || major(item) != 4 || len(parts) < 2 {
		return nil
	}
	chain := [][]byte{}
	for _, part := range parts {
		certificate, err := cborBytes(part)
		if err != nil {
			return nil
		}
		chain = append(chain, certificate)
	}
	return chain
}

// verifyToken checks the signature of a token with the first key of its chain.
func verifyToken(token *Token) error {
	if token.scheme == nil {
		return errors.New("there is no algorithm of the Evidence profile in the protected header")
	}
	if len(token.chain) == 0 {
		return errors.New("there is no chain that can be read")
	}
	leaf, err := x509.ParseCertificate(token.chain[0])
	if err != nil {
		return err
	}
	return token.scheme.verify(leaf.PublicKey, token.content, token.signature)
}

// askCOSE asks go-cose the same question: is this a message that the first key of its chain has signed?
func askCOSE(opinions *Opinions, message []byte, token *Token, mine error) {
	if mine == nil {
		mine = verifyToken(token)
	}
	opinions.add("veraison/go-cose", "verify", mine, func() error {
		var theirs cose.Sign1Message
		if err := theirs.UnmarshalCBOR(bytes.Clone(message)); err != nil {
			return err
		}
		algorithm, err := theirs.Headers.Protected.Algorithm()
		if err != nil {
			return err
		}
		leaf, err := firstOfX5Chain(theirs.Headers)
		if err != nil {
			return err
		}
		verifier, err := cose.NewVerifier(algorithm, leaf.PublicKey)
		if err != nil {
			return err
		}
		return theirs.Verify(nil, verifier)
	}())
}

// firstOfX5Chain takes the first certificate out of the headers as go-cose has read them.
func firstOfX5Chain(headers cose.Headers) (*x509.Certificate, error) {
	chain, ok := headers.Unprotected[cose.HeaderLabelX5Chain]
	if !ok {
		chain = headers.Protected[cose.HeaderLabelX5Chain]
	}
	if list, ok := chain.([]any); ok && len(list) > 0 {
		chain = list[0]
	}
	der, ok := chain.([]byte)
	if !ok {
		return nil, errors.New("there is no x5chain")
	}
	return x509.ParseCertificate(der)
}
