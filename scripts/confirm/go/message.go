package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Handshake types (RFC 8446 section 4, RFC 9261 section 4).
const (
	typeCertificate              = 11
	typeCertificateRequest       = 13
	typeCertificateVerify        = 15
	typeClientCertificateRequest = 17
	typeFinished                 = 20
	extensionSignatureAlgorithms = 13
)

// Extension is an extension of TLS.
type Extension struct {
	Type uint16
	Data []byte
}

// reader takes vectors of TLS off the front of bytes; after the first error it gives nothing more.
type reader struct {
	rest []byte
	err  error
}

// take gives the next bytes.
func (r *reader) take(length int) []byte {
	if r.err == nil && length > len(r.rest) {
		r.err = fmt.Errorf("%d bytes are called for, and %d are left", length, len(r.rest))
	}
	if r.err != nil {
		return nil
	}
	value := r.rest[:length]
	r.rest = r.rest[length:]
	return value
}

// number gives the next unsigned integer of so many bytes.
func (r *reader) number(size int) int {
	value := 0
	for _, b := range r.take(size) {
		value = value<<8 | int(b)
	}
	return value
}

// vector gives the next vector whose length stands in so many bytes in front of it.
func (r *reader) vector(size int) []byte { return r.take(r.number(size)) }

// end fails where something is left.
func (r *reader) end() error {
	if r.err == nil && len(r.rest) > 0 {
		r.err = fmt.Errorf("%d bytes are left over", len(r.rest))
	}
	return r.err
}

// readExtensions reads the content of a block of extensions (RFC 8446 section 4.2).
func readExtensions(block []byte) ([]Extension, error) {
	r := &reader{rest: block}
	list := []Extension{}
	for r.err == nil && len(r.rest) > 0 {
		list = append(list, Extension{uint16(r.number(2)), r.vector(2)})
	}
	return list, r.err
}

// extensionOf gives the first extension of a type, or nil.
func extensionOf(list []Extension, kind uint16) *Extension {
	for i := range list {
		if list[i].Type == kind {
			return &list[i]
		}
	}
	return nil
}

// twice tells of an extension that occurs more than once.
func twice(list []Extension) (uint16, bool) {
	for i := range list {
		if first := extensionOf(list, list[i].Type); first != &list[i] {
			return list[i].Type, true
		}
	}
	return 0, false
}

// readHandshake takes one handshake message off the front: its type, and its body.
func readHandshake(r *reader) (int, []byte) {
	kind := r.number(1)
	return kind, r.vector(3)
}

// Request is a request of RFC 9261 section 4.
type Request struct {
	kind       int
	context    []byte
	extensions []Extension
}

// readRequest reads the one message of a request.
func readRequest(message []byte) (*Request, error) {
	r := &reader{rest: message}
	kind, body := readHandshake(r)
	if err := r.end(); err != nil {
		return nil, err
	}
	if kind != typeCertificateRequest && kind != typeClientCertificateRequest {
		return nil, fmt.Errorf("%d is not the type of a request", kind)
	}
	r = &reader{rest: body}
	context := r.vector(1)
	block := r.vector(2)
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(block) < 2 {
		return nil, errors.New("the block of extensions has less than two bytes")
	}
	extensions, err := readExtensions(block)
	return &Request{kind, context, extensions}, err
}

// schemes reads signature_algorithms.
func (q *Request) schemes() ([]uint16, error) {
	extension := extensionOf(q.extensions, extensionSignatureAlgorithms)
	if extension == nil {
		return nil, errors.New("there is no signature_algorithms")
	}
	r := &reader{rest: extension.Data}
	list := r.vector(2)
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(list) == 0 || len(list)%2 != 0 {
		return nil, fmt.Errorf("a list of schemes has no %d bytes", len(list))
	}
	schemes := []uint16{}
	for i := 0; i < len(list); i += 2 {
		schemes = append(schemes, uint16(list[i])<<8|uint16(list[i+1]))
	}
	return schemes, nil
}

// notInRequests are the extensions that RFC 8446 section 4.2 has for messages, and not for CertificateRequest. server_name (0) is
// among them in a request of the server, but RFC 9261 section 4 allows it in one of the client.
var notInRequests = []uint16{1, 10, 14, 15, 16, 19, 20, 21, 41, 42, 43, 44, 45, 49, 51}

// appraiseRequest judges a request by RFC 9261 section 4, and by what its sender was to ask for.
func appraiseRequest(message []byte, sender string, profile Profile, asked Asked, earlier []Hex) *Refusal {
	request, err := readRequest(message)
	if err != nil {
		return refuse("structure", "%v", err)
	}
	expected := map[string]int{"client": typeClientCertificateRequest, "server": typeCertificateRequest}[sender]
	if request.kind != expected {
		return refuse("type", "the handshake type is %d, and that of a %s is %d", request.kind, sender, expected)
	}
	if asked.Context != nil && !bytes.Equal(request.context, *asked.Context) {
		return refuse("context", "the context is not the one that was given")
	}
	if slices.ContainsFunc(earlier, func(used Hex) bool { return bytes.Equal(used, request.context) }) {
		return refuse("context", "the context was used before")
	}
	schemes, err := request.schemes()
	if err != nil {
		return refuse("signature-algorithms", "%v", err)
	}
	for _, scheme := range asked.SignatureSchemes {
		if !slices.Contains(schemes, scheme) {
			return refuse("signature-algorithms", "the scheme %04x is not offered", scheme)
		}
	}
	if kind, found := twice(request.extensions); found {
		return refuse("extensions", "the extension %d stands twice", kind)
	}
	for _, extension := range request.extensions {
		if slices.Contains(notInRequests, extension.Type) {
			return refuse("extensions", "the extension %d is for other messages", extension.Type)
		}
	}
	offer := extensionOf(request.extensions, profile.CmwAttestation)
	switch {
	case asked.Attestation && offer == nil:
		return refuse("offer", "cmw_attestation is not offered")
	case !asked.Attestation && offer != nil:
		return refuse("offer", "cmw_attestation is offered, and was not to be")
	case offer != nil && len(offer.Data) > 0:
		return refuse("offer", "the offer is not empty")
	}
	return nil
}
