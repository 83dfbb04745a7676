package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
)

// CertificateEntry is one of the list in Certificate (RFC 8446 section 4.4.2).
type CertificateEntry struct {
	certificate []byte
	extensions  []Extension
}

// Authenticator is Certificate, CertificateVerify and Finished (RFC 9261 section 5.2), with their bytes as they came.
type Authenticator struct {
	messages  [3][]byte
	context   []byte
	entries   []CertificateEntry
	scheme    uint16
	signature []byte
	mac       []byte
}

// frameAuthenticator splits the bytes into the three messages.
func frameAuthenticator(data []byte) (bodies [3][]byte, messages [3][]byte, err error) {
	r := &reader{rest: data}
	for i, expected := range []int{typeCertificate, typeCertificateVerify, typeFinished} {
		start := r.rest
		kind, body := readHandshake(r)
		if r.err != nil {
			return bodies, messages, r.err
		}
		if kind != expected {
			return bodies, messages, fmt.Errorf("message %d has the handshake type %d, not %d", i+1, kind, expected)
		}
		bodies[i], messages[i] = body, start[:len(start)-len(r.rest)]
	}
	return bodies, messages, r.end()
}

// parseAuthenticator reads the three messages; Finished has the length of the hash.
func parseAuthenticator(bodies, messages [3][]byte, hashLength int) (*Authenticator, error) {
	a := &Authenticator{messages: messages}
	r := &reader{rest: bodies[0]}
	a.context = r.vector(1)
	list := &reader{rest: r.vector(3)}
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("Certificate: %w", err)
	}
	for list.err == nil && len(list.rest) > 0 {
		certificate, block := list.vector(3), list.vector(2)
		if list.err != nil {
			break
		}
		if len(certificate) == 0 {
			return nil, errors.New("Certificate: an entry has no certificate")
		}
		extensions, err := readExtensions(block)
		if err != nil {
			return nil, fmt.Errorf("Certificate: %w", err)
		}
		a.entries = append(a.entries, CertificateEntry{certificate, extensions})
	}
	if list.err != nil {
		return nil, fmt.Errorf("Certificate: %w", list.err)
	}
	if len(a.entries) == 0 {
		return nil, errors.New("Certificate: the list is empty")
	}
	r = &reader{rest: bodies[1]}
	a.scheme, a.signature = uint16(r.number(2)), r.vector(2)
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("CertificateVerify: %w", err)
	}
	if a.mac = bodies[2]; len(a.mac) != hashLength {
		return nil, fmt.Errorf("Finished: %d bytes, and the hash has %d", len(a.mac), hashLength)
	}
	return a, nil
}

// signedContent is what CertificateVerify signs (RFC 9261 section 5.2.2).
func signedContent(transcriptHash []byte) []byte {
	return slices.Concat(bytes.Repeat([]byte{0x20}, 64), []byte("Exported Authenticator"), []byte{0}, transcriptHash)
}

// appraiseAuthenticator judges an authenticator (RFC 9261 section 5.2 and 7.4, expat sections 3 to 5). request is nil for a
// spontaneous one.
func appraiseAuthenticator(opinions *Opinions, in Inputs, request, data []byte) (*Refusal, error) {
	hash, err := suiteHash(in.Connection.CipherSuite)
	if err != nil {
		return nil, err
	}
	bodies, messages, err := frameAuthenticator(data)
	if err != nil {
		return refuse("frame", "%v", err), nil
	}
	a, err := parseAuthenticator(bodies, messages, hash.Size())
	if err != nil {
		return refuse("parse", "%v", err), nil
	}
	var offered *Request
	if request != nil {
		if offered, err = readRequest(request); err != nil {
			return nil, fmt.Errorf("the request of the inputs: %w", err)
		}
		if !bytes.Equal(a.context, offered.context) {
			return refuse("context", "the context is not that of the request"), nil
		}
	}
	if refusal, err := appraiseScheme(a, offered); refusal != nil || err != nil {
		return refusal, err
	}
	if refusal := appraiseExtensions(in, a, offered); refusal != nil {
		return refusal, nil
	}
	cmwData, refusal := appraisePlacement(in.Profile, a)
	if refusal != nil {
		return refusal, nil
	}
	chain := [][]byte{}
	for _, entry := range a.entries {
		chain = append(chain, entry.certificate)
	}
	leaf, err := verifyPath(chain, in.Trust.PKIX, in.Now)
	if err != nil {
		return refuse("certificate-path", "%v", err), nil
	}
	// RFC 8446 section 4.4.2.2: the key of an end entity may be used for signatures.
	if leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return refuse("certificate-path", "the key usage of the first certificate has no digitalSignature"), nil
	}
	s, err := secretsOf(in, in.Sender, a.context)
	if err != nil {
		return nil, err
	}
	transcript := digest(hash, s.handshakeContext.value, request, a.messages[0])
	if err := tlsSchemes[a.scheme].verify(leaf.PublicKey, signedContent(transcript), a.signature); err != nil {
		return refuse("certificate-verify", "%v", err), nil
	}
	mac := hmac.New(hash.New, s.finishedKey.value)
	mac.Write(digest(hash, s.handshakeContext.value, request, a.messages[0], a.messages[1]))
	if !hmac.Equal(mac.Sum(nil), a.mac) {
		return refuse("finished", "the MAC is wrong"), nil
	}
	if refusal, err := appraiseAttestation(opinions, in, cmwData, a.entries[0].certificate, s); refusal != nil || err != nil {
		return refusal, err
	}
	if slices.ContainsFunc(in.ConsumedContexts, func(used Hex) bool { return bytes.Equal(used, a.context) }) {
		return refuse("freshness", "the context was consumed before"), nil
	}
	return nil, nil
}

// appraiseScheme checks the scheme of CertificateVerify: offered by the request, and one of TLS 1.3 (RFC 9261 section 5.2.2).
func appraiseScheme(a *Authenticator, offered *Request) (*Refusal, error) {
	if _, known := tlsSchemes[a.scheme]; !known {
		return refuse("schemes", "the scheme %04x is not one of TLS 1.3 that is known here", a.scheme), nil
	}
	if offered == nil {
		return nil, nil
	}
	schemes, err := offered.schemes()
	if err != nil {
		return nil, fmt.Errorf("the request of the inputs: %w", err)
	}
	if !slices.Contains(schemes, a.scheme) {
		return refuse("schemes", "the scheme %04x was not offered", a.scheme), nil
	}
	return nil, nil
}

// appraiseExtensions checks that the extensions of each entry were asked for, and stand there once (RFC 9261 section 5.2.1).
func appraiseExtensions(in Inputs, a *Authenticator, offered *Request) *Refusal {
	for _, entry := range a.entries {
		if kind, found := twice(entry.extensions); found {
			return refuse("extensions", "the extension %d stands twice", kind)
		}
		for _, extension := range entry.extensions {
			solicited := in.ClientHello == nil
			if offered != nil {
				solicited = extensionOf(offered.extensions, extension.Type) != nil
			} else if extension.Type == in.Profile.CmwAttestation {
				solicited = false // an offer stands in a request alone (expat section 3)
			} else if in.ClientHello != nil {
				solicited = slices.Contains(*in.ClientHello, extension.Type)
			}
			if !solicited {
				return refuse("extensions", "nobody has asked for the extension %d", extension.Type)
			}
		}
	}
	return nil
}

// appraisePlacement checks that cmw_attestation stands in the first entry alone, and reads cmw_data (expat section 3); nil: there is none.
func appraisePlacement(profile Profile, a *Authenticator) ([]byte, *Refusal) {
	var cmwData []byte
	for i, entry := range a.entries {
		extension := extensionOf(entry.extensions, profile.CmwAttestation)
		if extension == nil {
			continue
		}
		if i > 0 {
			return nil, refuse("placement", "cmw_attestation stands in entry %d", i)
		}
		r := &reader{rest: extension.Data}
		cmwData = r.vector(2)
		if err := r.end(); err != nil || len(cmwData) == 0 {
			return nil, refuse("placement", "the content of cmw_attestation is not one vector of at least one byte")
		}
	}
	return cmwData, nil
}

// appraiseAttestation judges what cmw_attestation holds, by the policy.
func appraiseAttestation(opinions *Opinions, in Inputs, cmwData, certificate []byte, s *Secrets) (*Refusal, error) {
	if cmwData == nil {
		if in.Policy.Attestation == "required" {
			return refuse("policy", "attestation is missing, and the policy demands it"), nil
		}
		return nil, nil
	}
	if in.Policy.Attestation == "none" {
		return nil, nil
	}
	return appraiseCMW(opinions, in, cmwData, certificate, s)
}

// appraiseEmpty judges an empty authenticator (RFC 9261 section 5.2.3 and 6.1): a Finished over the request and a Certificate with its context alone.
func appraiseEmpty(in Inputs, data []byte) (*Refusal, error) {
	if in.Request == nil {
		return nil, errors.New("an empty authenticator answers a request, and there is none")
	}
	request, err := readRequest(*in.Request)
	if err != nil {
		return nil, fmt.Errorf("the request of the inputs: %w", err)
	}
	s, err := secretsOf(in, in.Sender, request.context)
	if err != nil {
		return nil, err
	}
	r := &reader{rest: data}
	kind, mac := readHandshake(r)
	if err := r.end(); err != nil {
		return refuse("empty-frame", "%v", err), nil
	}
	if kind != typeFinished || len(mac) != s.hash.Size() {
		return refuse("empty-frame", "it is no Finished of the length of the hash"), nil
	}
	length := len(request.context)
	certificate := slices.Concat([]byte{typeCertificate, 0, 0, byte(length + 4), byte(length)}, request.context, []byte{0, 0, 0})
	if length+4 > 255 {
		certificate[2], certificate[3] = byte((length+4)>>8), byte(length+4)
	}
	expected := hmac.New(s.hash.New, s.finishedKey.value)
	expected.Write(digest(s.hash, s.handshakeContext.value, *in.Request, certificate))
	if !hmac.Equal(expected.Sum(nil), mac) {
		return refuse("empty-finished", "the MAC is wrong"), nil
	}
	return nil, nil
}

// judgeExchange judges a request and then the authenticator that answers it.
func judgeExchange(c *Case, opinions *Opinions) (*Refusal, error) {
	other := map[string]string{"client": "server", "server": "client"}[c.Inputs.Sender]
	if refusal := appraiseRequest(c.Output["request"], other, c.Inputs.Profile, c.Inputs.Asked, nil); refusal != nil {
		refusal.Step = "request-" + refusal.Step
		return refusal, nil
	}
	return appraiseAuthenticator(opinions, c.Inputs, c.Output["request"], c.Output["authenticator"])
}

// judge judges the output of a case by its inputs.
func judge(c *Case, opinions *Opinions) (*Refusal, error) {
	switch c.Kind {
	case "exporter":
		return judgeExporter(c)
	case "binding":
		return judgeBinding(c)
	case "evidence":
		return judgeEvidence(c, opinions)
	case "result":
		return judgeResult(c, opinions)
	case "cmw":
		return judgeCMW(c, opinions)
	case "request":
		return appraiseRequest(c.Output["request"], c.Inputs.Sender, c.Inputs.Profile, c.Inputs.Asked, c.Inputs.EarlierContexts), nil
	case "authenticator":
		var request []byte
		if c.Inputs.Request != nil {
			request = *c.Inputs.Request
		}
		return appraiseAuthenticator(opinions, c.Inputs, request, c.Output["authenticator"])
	case "empty":
		return appraiseEmpty(c.Inputs, c.Output["authenticator"])
	case "exchange":
		return judgeExchange(c, opinions)
	}
	return nil, fmt.Errorf("no kind %q is known", c.Kind)
}
