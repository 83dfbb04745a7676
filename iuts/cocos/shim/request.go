package main

import (
	"errors"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
)

// contextLength is the one that Cocos uses (atls.NewRandomRequest(32), buildRequest of its transport).
const contextLength = 32

var errTrailing = errors.New("atls: trailing request bytes")

type requestParams struct {
	Channel          string   `json:"channel"`
	SignatureSchemes []uint16 `json:"signatureSchemes"`
	Attestation      bool     `json:"attestation"`
	Context          *octets  `json:"context"`
}

// request builds what atls.NewRequest builds, with the schemes and the offer that the caller chooses and
// with the message type of this side. Cocos does not compare a new request's context with the contexts
// used before (an ea.Session looks at them in create and validate only), and neither does the shim.
func (s *shim) request(p requestParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	schemes, err := ea.SignatureAlgorithmsExtension(p.SignatureSchemes)
	if err != nil {
		return refusalOf(err), nil
	}
	request := ea.AuthenticatorRequest{
		Type:       ea.HandshakeTypeCertificateRequest,
		Extensions: []ea.Extension{schemes},
	}
	if c.client {
		request.Type = ea.HandshakeTypeClientCertificateRequest
	}
	if p.Attestation {
		request.Extensions = append(request.Extensions, ea.CMWAttestationOfferExtension())
	}
	if p.Context != nil {
		request.Context = *p.Context
	} else if request.Context, err = ea.NewRandomContext(contextLength); err != nil {
		return nil, err
	}
	raw, err := request.Marshal()
	if err != nil {
		return refusalOf(err), nil
	}
	return map[string]octets{"request": raw}, nil
}

// parseRequest reads a request as Server of Cocos's transport does: the parser returns what follows the
// message, and the transport refuses a frame that holds more than the message.
func parseRequest(raw octets) (*ea.AuthenticatorRequest, error) {
	request, rest, err := ea.UnmarshalAuthenticatorRequest(raw)
	if err != nil {
		return nil, err
	}
	if len(rest) != 0 {
		return nil, errTrailing
	}
	return &request, nil
}

func refusalOfRequest(err error) *refusal {
	return refuse("malformed", err.Error())
}

type contextParams struct {
	Request       *octets `json:"request"`
	Authenticator *octets `json:"authenticator"`
}

// context is "get context" of RFC 9261 section 7. Cocos has the parsers and no function of that name.
func (s *shim) context(p contextParams) (any, error) {
	switch {
	case p.Request != nil:
		request, err := parseRequest(*p.Request)
		if err != nil {
			return refusalOfRequest(err), nil
		}
		return map[string]octets{"context": request.Context}, nil
	case p.Authenticator != nil:
		return contextOfAuthenticator(*p.Authenticator), nil
	}
	return nil, badParams("neither request nor authenticator")
}

func contextOfAuthenticator(raw octets) any {
	first, _, err := ea.UnmarshalHandshakeMessage(raw)
	if err != nil {
		return refusalOf(err)
	}
	if first.Type == ea.HandshakeTypeFinished {
		return refuse("empty-authenticator", "an empty authenticator carries no context")
	}
	message, err := ea.MarshalHandshakeMessage(first)
	if err != nil {
		return refusalOf(err)
	}
	certificate, _, err := ea.UnmarshalCertificateMessage(message)
	if err != nil {
		return refusalOf(err)
	}
	return map[string]octets{"context": certificate.Context}
}
