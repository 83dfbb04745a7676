package main

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// StageToken is the value of the stages evidence, result and signed-cmw.
type StageToken struct {
	Tag               *uint64  `json:"tag"`
	ProtectedHeader   []Field  `json:"protectedHeader"`
	UnprotectedHeader *[]Field `json:"unprotectedHeader"`
	Payload           Hex      `json:"payload"`
	Key               string   `json:"key"`
}

// isCOSE tells a COSE_Sign1 from a JWS: only the former has an unprotected header.
func (t StageToken) isCOSE() bool { return t.UnprotectedHeader != nil }

// content is what is signed: the Sig_structure (RFC 9052 section 4.4), or the signing input (RFC 7515 section 5.1).
func (t StageToken) content() (content, protected []byte, err error) {
	if t.isCOSE() {
		if len(t.ProtectedHeader) > 0 {
			if protected, err = encodeMap(t.ProtectedHeader); err != nil {
				return nil, nil, err
			}
		}
		return slices.Concat(cborHead(4, 4), encodeText("Signature1"), encodeBytes(protected), encodeBytes(nil), encodeBytes(t.Payload)), protected, nil
	}
	if protected, err = encodeObject(t.ProtectedHeader); err != nil {
		return nil, nil, err
	}
	return []byte(base64url.EncodeToString(protected) + "." + base64url.EncodeToString(t.Payload)), protected, nil
}

// scheme is that of the algorithm in the protected header; nil where it names none that is known.
func (t StageToken) scheme() *Scheme {
	for _, field := range t.ProtectedHeader {
		name := ""
		if field.Name == "alg" && field.Number != nil {
			name = coseNames[*field.Number]
		} else if field.Name == "alg" && field.Text != nil {
			name = *field.Text
		}
		if scheme, ok := tokenSchemes[name]; ok {
			return &scheme
		}
	}
	return nil
}

// encode writes the whole token.
func (t StageToken) encode(signature []byte) ([]byte, error) {
	content, protected, err := t.content()
	if err != nil {
		return nil, err
	}
	if !t.isCOSE() {
		return []byte(string(content) + "." + base64url.EncodeToString(signature)), nil
	}
	unprotected, err := encodeMap(*t.UnprotectedHeader)
	if err != nil {
		return nil, err
	}
	out := slices.Concat(cborHead(4, 4), encodeBytes(protected), unprotected, encodeBytes(t.Payload), encodeBytes(signature))
	if t.Tag != nil {
		out = append(cborHead(6, *t.Tag), out...)
	}
	return out, nil
}

// tokenOf names the stage of the token that a stage of claims or a signature belongs to.
func tokenOf(name string) string {
	switch name {
	case "claims", "evidence-signature":
		return "evidence"
	case "second-claims", "second-evidence-signature":
		return "second-evidence"
	case "cmw-signature":
		return "signed-cmw"
	}
	return "result"
}

// checkClaims checks that the claims are what the payload of their token holds.
func checkClaims(b *build, name string, stage Stage) error {
	var fields []Field
	if err := strict(stage.Value, &fields); err != nil {
		return err
	}
	var token StageToken
	tokenName := tokenOf(name)
	if err := strict(b.stages[tokenName].Value, &token); err != nil {
		return err
	}
	if b.mutatedAt(tokenName + ".payload") {
		return nil
	}
	encoded, err := encodeMap(fields)
	if !token.isCOSE() {
		encoded, err = encodeObject(fields)
	}
	return first(err, same("payload of "+tokenName, token.Payload, encoded))
}

// checkToken checks what is signed.
func checkToken(_ *build, _ string, stage Stage) error {
	var token StageToken
	var between struct {
		SignedContent Hex `json:"signedContent"`
	}
	if err := first(strict(stage.Value, &token), strict(stage.Intermediates, &between)); err != nil {
		return err
	}
	content, _, err := token.content()
	return first(err, same("signedContent", between.SignedContent, content))
}

// tokenOutput names the member of the output that holds the token, in kinds that end with it.
var tokenOutput = map[string]string{"evidence": "evidence", "result": "attestationResult", "cmw": "cmwData"}

// checkTokenSignature signs again, and puts the token together.
func checkTokenSignature(b *build, name string, stage Stage) error {
	var value struct {
		Signature Hex `json:"signature"`
	}
	var token StageToken
	if err := first(strict(stage.Value, &value), strict(b.stages[tokenOf(name)].Value, &token)); err != nil {
		return err
	}
	if !b.encodingMutated(name) {
		encoded, err := token.encode(value.Signature)
		if err := first(err, same("bytes", b.bytesOf(name, tokenOutput[b.Kind]), encoded)); err != nil {
			return err
		}
	}
	content, _, err := token.content()
	if err != nil || b.mutatedAt(name) || !b.resealed(name) {
		return err
	}
	return b.checkSignature(token.scheme(), token.Key, content, value.Signature)
}

// checkSignature signs again where the scheme is deterministic, and verifies where it is not. A scheme that is not that of the
// key (nil: not known) is left to the refusal of the vector.
func (b *build) checkSignature(scheme *Scheme, keyName string, content, signature []byte) error {
	key, ok := b.Keys[keyName]
	if !ok {
		return fmt.Errorf("key: no key %q in the file", keyName)
	}
	signer, err := key.signer()
	if err != nil {
		return fmt.Errorf("keys.%s: %w", keyName, err)
	}
	if scheme == nil || scheme.fits(signer.Public()) != nil {
		if b.Valid {
			return fmt.Errorf("the scheme is not that of the key %s", keyName)
		}
		return nil
	}
	again, err := scheme.signAgain(signer, content)
	if err != nil {
		return err
	}
	if again != nil {
		return same("signature", signature, again)
	}
	return scheme.verify(signer.Public(), content, signature)
}

// checkKeys checks that every key of a file can sign and that each certificate of its chain certifies the one before.
func checkKeys(file *File) []error {
	problems := []error{}
	for name, key := range file.Keys {
		if _, err := key.signer(); err != nil {
			problems = append(problems, fmt.Errorf("keys.%s: %w", name, err))
		}
		for i, der := range key.Chain {
			if _, err := x509.ParseCertificate(der); err != nil {
				problems = append(problems, fmt.Errorf("keys.%s.chain.%d: %w", name, i, err))
			}
		}
	}
	return problems
}

// readRaw reads JSON strictly, and is shorter where a stage is read that must be there.
func readRaw[T any](text json.RawMessage, where string) (T, error) {
	var value T
	if len(text) == 0 || strings.TrimSpace(string(text)) == "null" {
		return value, fmt.Errorf("%s: missing", where)
	}
	err := strict(text, &value)
	return value, err
}
