package authenticator

import (
	"bytes"
	"crypto"
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Identity is a chain, end-entity certificate first, and the key of its first certificate.
type Identity struct {
	Chain [][]byte // DER
	Leaf  *x509.Certificate
	Key   crypto.Signer
}

// Extend gives the extensions of the end-entity certificate's entry, of those that were asked for.
type Extend func(context []byte, asked []Extension) ([]Extension, error)

// Authenticate answers a request, or makes an authenticator without one where octets is nil. Without an identity, or
// where no scheme of the request fits its key, the answer is an empty authenticator (RFC 9261 section 6).
func (s *Session) Authenticate(octets []byte, identity *Identity, extend Extend) ([]byte, error) {
	if octets == nil {
		return s.authenticateSpontaneously(identity)
	}
	asked, err := parseRequestFrom(s.role.peer(), octets)
	if err != nil {
		return nil, err
	}
	if s.consumed[string(asked.context)] {
		return nil, refusal.New("context-reused", "there is an authenticator with this context already")
	}
	scheme, found := Scheme(0), false
	if identity != nil {
		scheme, found = chooseScheme(asked.schemes, identity.Key.Public())
	}
	var authenticator []byte
	if found {
		extensions, failed := extend(asked.context, asked.extensions)
		if failed != nil {
			return nil, failed
		}
		authenticator, err = s.build(octets, asked.context, identity, scheme, extensions)
	} else {
		authenticator, err = s.buildEmpty(octets, asked.context)
	}
	if err != nil {
		return nil, err
	}
	s.asked[string(asked.context)] = true
	s.consumed[string(asked.context)] = true
	return authenticator, nil
}

// authenticateSpontaneously is for servers alone, with a context of its own and a scheme of the ClientHello (RFC 9261
// sections 5, 5.2.1 and 5.2.2). It holds no extension.
func (s *Session) authenticateSpontaneously(identity *Identity) ([]byte, error) {
	if s.role != Server {
		return nil, refusal.New("wrong-role", "a client makes no authenticator without a request")
	}
	if identity == nil {
		return nil, refusal.New("other", "without request and identity there is nothing to say")
	}
	scheme, found := chooseScheme(s.hello.Schemes, identity.Key.Public())
	if !found {
		return nil, refusal.New("no-common-scheme", "no scheme of the ClientHello fits the key")
	}
	context := newContext()
	authenticator, err := s.build(nil, context, identity, scheme, nil)
	if err != nil {
		return nil, err
	}
	s.consumed[string(context)] = true
	return authenticator, nil
}

// chooseScheme takes the first scheme of the peer's order of preference that fits the key (RFC 8446 section 4.2.3).
func chooseScheme(offered []Scheme, key crypto.PublicKey) (Scheme, bool) {
	for _, scheme := range offered {
		if scheme.fits(key) {
			return scheme, true
		}
	}
	return 0, false
}

func (s *Session) build(request, context []byte, identity *Identity, scheme Scheme, extensions []Extension) ([]byte, error) {
	entries := make([]Entry, len(identity.Chain))
	for index, certificate := range identity.Chain {
		entries[index].Certificate = certificate
	}
	entries[0].Extensions = extensions
	certificate, err := buildCertificate(context, entries)
	if err != nil {
		return nil, refusal.New("other", "the Certificate message has no room for this: %v", err)
	}
	signature, err := scheme.sign(identity.Key, s.own.signedContent(request, certificate))
	if err != nil {
		return nil, err
	}
	certificateVerify, err := buildCertificateVerify(scheme, signature)
	if err != nil {
		return nil, err
	}
	finished, err := s.buildFinished(request, certificate, certificateVerify)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{certificate, certificateVerify, finished}, nil), nil
}

// buildEmpty makes the Finished over a Certificate with the context of the request and no entry, which is not sent.
func (s *Session) buildEmpty(request, context []byte) ([]byte, error) {
	certificate, err := buildCertificate(context, nil)
	if err != nil {
		return nil, err
	}
	return s.buildFinished(request, certificate, nil)
}

func (s *Session) buildFinished(request, certificate, certificateVerify []byte) ([]byte, error) {
	verifyData := s.own.verifyData(request, certificate, certificateVerify)
	return buildMessage(typeFinished, func(body *cryptobyte.Builder) { body.AddBytes(verifyData) })
}
