package main

import (
	"crypto/x509"
	"errors"
	"strings"

	"expat-conformance/iuts/cocos/evidence"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
	eaattestation "github.com/ultravioletrs/cocos/pkg/atls/eaattestation"
)

type refusal struct {
	Refused refusalDetail `json:"refused"`
}

type refusalDetail struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

type namedRefusal struct {
	err  error
	code string
}

func refuse(code, detail string) *refusal {
	return &refusal{refusalDetail{Code: code, Detail: detail}}
}

// refusalCodes gives the errors of Cocos their protocol names. Several errors of Cocos stand for more
// than one cause; a code only helps a reader, no verdict depends on it.
// Those that older versions of Cocos do not know are added by refusal_newer.go.
var refusalCodes = []namedRefusal{
	{ea.ErrTruncated, "malformed"},
	{ea.ErrInvalidLength, "malformed"},
	{ea.ErrUnsupportedHandshakeType, "malformed"},
	{ea.ErrNotTLS13, "tls-version"},
	{ea.ErrContextMismatch, "context-mismatch"},
	{ea.ErrContextReuse, "context-reused"},
	{ea.ErrInvalidRole, "wrong-role"},
	{ea.ErrSignatureMismatch, "signature-mismatch"},
	{ea.ErrFinishedMismatch, "finished-mismatch"},
	{eaattestation.ErrMalformedPayload, "cmw"},
	{eaattestation.ErrMissingStatement, "cmw"},
	{eaattestation.ErrMissingBinder, "cmw"},
	{eaattestation.ErrBindingMismatch, "binding-mismatch"},
	{eaattestation.ErrAIKPubHashMismatch, "aik-mismatch"},
	{eaattestation.ErrEvidenceVerificationMissing, "policy"},
	{eaattestation.ErrResultsVerificationMissing, "policy"},
	{evidence.ErrFormat, "cmw"},
	{evidence.ErrSignature, "evidence-signature"},
	{evidence.ErrPolicy, "policy"},
}

func refusalOf(err error) *refusal {
	for _, entry := range refusalCodes {
		if errors.Is(err, entry.err) {
			return refuse(entry.code, err.Error())
		}
	}
	if isPathError(err) {
		return refuse("pkix", err.Error())
	}
	return refuse("other", err.Error())
}

// refusalOfAuthenticate: while it makes an authenticator Cocos says ErrUnsupportedSignatureScheme for a
// key that no offered scheme fits, and ErrBadRequest for a request that it cannot use.
func refusalOfAuthenticate(err error) *refusal {
	switch {
	case errors.Is(err, ea.ErrUnsupportedSignatureScheme):
		return refuse("no-common-scheme", err.Error())
	case errors.Is(err, ea.ErrBadRequest):
		return refuse("malformed", err.Error())
	}
	return refusalOf(err)
}

// refusalOfValidate: the same two errors mean other things here. The bare ErrBadRequest is about an
// extension of a certificate entry (not requested, or cmw_attestation in the wrong entry), the wrapped one
// about the request.
func refusalOfValidate(err error) *refusal {
	switch {
	case errors.Is(err, ea.ErrUnsupportedSignatureScheme):
		return refuse("scheme-not-offered", err.Error())
	case err == ea.ErrBadRequest:
		return refuse("unsolicited-extension", err.Error())
	case errors.Is(err, ea.ErrBadRequest):
		return refuse("malformed", err.Error())
	}
	return refusalOf(err)
}

func isPathError(err error) bool {
	var (
		authority  x509.UnknownAuthorityError
		invalid    x509.CertificateInvalidError
		hostname   x509.HostnameError
		constraint x509.ConstraintViolationError
		critical   x509.UnhandledCriticalExtension
	)
	return errors.As(err, &authority) || errors.As(err, &invalid) || errors.As(err, &hostname) ||
		errors.As(err, &constraint) || errors.As(err, &critical)
}

// refusalOfHandshake goes by the text: crypto/tls exports no type for an alert that the peer sent, nor for
// its own refusal of a version.
func refusalOfHandshake(err error) *refusal {
	text := err.Error()
	if strings.Contains(text, "protocol version not supported") || strings.Contains(text, "unsupported protocol version") || strings.Contains(text, "unsupported versions") {
		return refuse("tls-version", text)
	}
	return refuse("other", text)
}
