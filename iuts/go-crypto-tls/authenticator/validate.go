package authenticator

import (
	"bytes"
	"crypto/hmac"
	"crypto/x509"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/path"
	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Validated is an authenticator that is right as such.
type Validated struct {
	Context []byte
	Entries []Entry
	Leaf    *x509.Certificate
	Asked   []Extension // of the request; nil where there was none
	chain   []*x509.Certificate
}

// Accept is the application's say in the verdict, asked last. It returns a refusal or nil.
type Accept func(*Validated) error

// Validate judges the authenticator of the peer that answers a request, or that answers none where octets is nil. The
// context is consumed only where everything, the application included, accepts (RFC 9261 section 7.4).
func (s *Session) Validate(octets, authenticator []byte, anchors path.Anchors, now time.Time, accept Accept) (*Validated, error) {
	var asked *request
	if octets != nil {
		parsed, err := parseRequestFrom(s.role, octets)
		if err != nil {
			return nil, err
		}
		asked = parsed
	} else if s.role == Server {
		return nil, refusal.New("wrong-role", "a server takes no authenticator without a request")
	}
	messages, err := s.split(asked, authenticator)
	if err != nil {
		return nil, err
	}
	validated, err := s.verify(asked, messages)
	if err != nil {
		return nil, err
	}
	if err := validated.verifyPath(anchors, now); err != nil {
		return nil, err
	}
	if err := accept(validated); err != nil {
		return nil, err
	}
	s.consumed[string(validated.Context)] = true
	return validated, nil
}

// split takes the authenticator apart: Certificate, CertificateVerify, Finished, and nothing else (RFC 9261 section 5.2).
func (s *Session) split(asked *request, authenticator []byte) (messages [3]message, err error) {
	input := cryptobyte.String(authenticator)
	for index, kind := range []uint8{typeCertificate, typeCertificateVerify, typeFinished} {
		if messages[index], err = readMessage(&input); err != nil {
			return messages, err
		}
		if index == 0 && messages[0].kind == typeFinished && input.Empty() {
			return messages, s.refuseEmpty(asked, messages[0])
		}
		if messages[index].kind != kind {
			return messages, malformed("message %d is of handshake type %d and not %d", index, messages[index].kind, kind)
		}
	}
	if !input.Empty() {
		return messages, malformed("something stands behind Finished")
	}
	return messages, nil
}

// refuseEmpty says whether the peer has declined, or sent a Finished that is wrong. Both are invalid (RFC 9261 section 7.4).
func (s *Session) refuseEmpty(asked *request, finished message) error {
	if asked == nil {
		return malformed("an empty authenticator answers no request")
	}
	certificate, err := buildCertificate(asked.context, nil)
	if err != nil {
		return err
	}
	if !hmac.Equal(finished.body, s.peer.verifyData(asked.whole, certificate, nil)) {
		return refusal.New("finished-mismatch", "the Finished of the empty authenticator does not match")
	}
	return refusal.New("empty-authenticator", "the peer declines to authenticate itself")
}

// verify judges the three messages against the request and the connection.
func (s *Session) verify(asked *request, messages [3]message) (*Validated, error) {
	context, entries, err := parseCertificate(messages[0].body)
	if err != nil {
		return nil, err
	}
	var whole []byte
	types, schemes := s.hello.Extensions, s.hello.Schemes
	validated := &Validated{Context: context, Entries: entries}
	if asked != nil {
		if !bytes.Equal(context, asked.context) {
			return nil, refusal.New("context-mismatch", "the context is not that of the request")
		}
		whole, types, schemes = asked.whole, extensionTypes(asked.extensions), asked.schemes
		validated.Asked = asked.extensions
	}
	if s.consumed[string(context)] || asked == nil && s.asked[string(context)] {
		return nil, refusal.New("context-reused", "the context was used before on this connection")
	}
	if err := checkEntryExtensions(entries, types); err != nil {
		return nil, err
	}
	der := make([][]byte, 0, len(entries))
	for _, entry := range entries {
		der = append(der, entry.Certificate)
	}
	if validated.chain, err = path.Parse(der); err != nil {
		return nil, refusal.New("pkix", "%v", err)
	}
	validated.Leaf = validated.chain[0]
	if err := s.verifySignature(whole, messages, schemes, validated.Leaf); err != nil {
		return nil, err
	}
	if !hmac.Equal(messages[2].body, s.peer.verifyData(whole, messages[0].whole, messages[1].whole)) {
		return nil, refusal.New("finished-mismatch", "Finished does not match")
	}
	return validated, nil
}

func (s *Session) verifySignature(request []byte, messages [3]message, offered []Scheme, leaf *x509.Certificate) error {
	scheme, signature, err := parseCertificateVerify(messages[1].body)
	if err != nil {
		return err
	}
	if offered != nil && !slices.Contains(offered, scheme) {
		return refusal.New("scheme-not-offered", "scheme 0x%04x was not offered", uint16(scheme))
	}
	if !scheme.fits(leaf.PublicKey) {
		return refusal.New("signature-mismatch", "scheme 0x%04x does not fit the key", uint16(scheme))
	}
	if !scheme.verify(leaf.PublicKey, s.peer.signedContent(request, messages[0].whole), signature) {
		return refusal.New("signature-mismatch", "the signature of CertificateVerify does not verify")
	}
	return nil
}

// verifyPath validates the chain, and that the end-entity certificate is one for signing (RFC 8446 section 4.4.2.2).
func (v *Validated) verifyPath(anchors path.Anchors, now time.Time) error {
	if v.Leaf.Version != 3 {
		return refusal.New("pkix", "the end-entity certificate is of version %d", v.Leaf.Version)
	}
	if v.Leaf.KeyUsage != 0 && v.Leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return refusal.New("pkix", "the key usage of the end-entity certificate has no digitalSignature")
	}
	if err := anchors.Verify(v.chain, now); err != nil {
		return refusal.New("pkix", "%v", err)
	}
	return nil
}
