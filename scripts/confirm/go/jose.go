package main

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/lestrrat-go/jwx/v3/jws"
)

// base64url is the encoding of RFC 7515 section 2: no padding, no white space, unused bits zero.
var base64url = base64.RawURLEncoding.Strict()

// decodeBase64url also refuses the line ends that encoding/base64 skips.
func decodeBase64url(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("there is a line end in the base64url")
	}
	return base64url.DecodeString(text)
}

// jsonObject reads a JSON object and nothing else: UTF-8, no name twice, nothing behind it.
func jsonObject(data []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("expected a JSON object")
	}
	object := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		text, ok := name.(string)
		if !ok {
			return nil, errors.New("a name is no text")
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		if _, twice := object[text]; twice {
			return nil, fmt.Errorf("%q stands twice", text)
		}
		object[text] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return object, nil
}

// jsonText reads a JSON text.
func jsonText(data json.RawMessage) (string, error) {
	if len(data) == 0 || data[0] != '"' {
		return "", errors.New("expected a text")
	}
	var text string
	err := json.Unmarshal(data, &text)
	return text, err
}

// readJWS reads a JWS in the compact serialisation (RFC 7515 section 7.1), with the chain of x5c.
func readJWS(message []byte) (*Token, error) {
	parts := strings.Split(string(message), ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("expected three parts, found %d", len(parts))
	}
	decoded := [3][]byte{}
	for i, part := range parts {
		value, err := decodeBase64url(part)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		}
		decoded[i] = value
	}
	header, err := jsonObject(decoded[0])
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	// No extension of JWS is understood here, so that whatever crit names is refused (RFC 7515 section 4.1.11).
	if _, ok := header["crit"]; ok {
		return nil, errors.New("a header parameter is critical that is not understood")
	}
	token := &Token{content: []byte(parts[0] + "." + parts[1]), payload: decoded[1], signature: decoded[2]}
	if token.algorithm, err = jsonText(header["alg"]); err == nil {
		if scheme, ok := tokenSchemes[token.algorithm]; ok {
			token.scheme = &scheme
		}
	}
	if kind, err := jsonText(header["cty"]); err == nil {
		token.contentType = kind
	}
	var chain []string
	if json.Unmarshal(header["x5c"], &chain) == nil {
		for _, text := range chain {
			certificate, err := base64.StdEncoding.Strict().DecodeString(text)
			if err != nil {
				token.chain = nil
				break
			}
			token.chain = append(token.chain, certificate)
		}
	}
	return token, nil
}

// askJOSE asks go-jose and jwx the same question: is this a JWS that the first key of its chain has signed?
func askJOSE(opinions *Opinions, message []byte, token *Token, mine error) {
	if mine == nil {
		mine = verifyToken(token)
	}
	theirs, err := jose.ParseSignedCompact(string(message), []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.EdDSA, jose.PS256})
	if err == nil {
		var leaf *x509.Certificate
		if leaf, err = firstOfX5C(message); err == nil {
			_, err = theirs.Verify(leaf.PublicKey)
		}
	}
	opinions.add("go-jose/go-jose", "verify", mine, err)
	opinions.add("lestrrat-go/jwx", "verify", mine, askJWX(message))
}

// askJWX verifies a JWS with jwx, by the algorithm and the chain in the header as jwx reads it.
func askJWX(message []byte) error {
	parsed, err := jws.Parse(message, jws.WithCompact())
	if err != nil {
		return err
	}
	header := parsed.Signatures()[0].ProtectedHeaders()
	algorithm, ok := header.Algorithm()
	if !ok {
		return errors.New("there is no alg")
	}
	if _, ok := tokenSchemes[algorithm.String()]; !ok {
		return fmt.Errorf("%s is not an algorithm of the Evidence profile", algorithm)
	}
	leaf, err := firstOfX5C(message)
	if err != nil {
		return err
	}
	_, err = jws.Verify(message, jws.WithKey(algorithm, leaf.PublicKey))
	return err
}

// firstOfX5C takes the first certificate out of the header, with no regard to anything else.
func firstOfX5C(message []byte) (*x509.Certificate, error) {
	part, _, _ := strings.Cut(string(message), ".")
	header, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return nil, err
	}
	var parameters struct {
		X5C [][]byte `json:"x5c"`
	}
	if err := json.Unmarshal(header, &parameters); err != nil {
		return nil, err
	}
	if len(parameters.X5C) == 0 {
		return nil, errors.New("there is no x5c")
	}
	return x509.ParseCertificate(parameters.X5C[0])
}
