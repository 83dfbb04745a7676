package main

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"strings"

	"expat-conformance/iuts/cocos/evidence"

	"github.com/ultravioletrs/cocos/pkg/atls/ea"
)

type authenticateParams struct {
	Channel     string       `json:"channel"`
	Request     *octets      `json:"request"`
	Identity    *credential  `json:"identity"`
	Attestation *attestation `json:"attestation"`
}

type attestation struct {
	Model  string `json:"model"`
	Type   string `json:"type"`
	Claims struct {
		UEID        octets `json:"ueid"`
		Measurement octets `json:"measurement"`
	} `json:"claims"`
	Key   octets   `json:"key"`
	Chain []octets `json:"chain"`
	// `cmw` is not read: Cocos puts its own JSON document where a CMW belongs, so both values get that.
}

func (s *shim) authenticate(p authenticateParams) (any, error) {
	c, err := s.channel(p.Channel)
	if err != nil {
		return nil, err
	}
	var request *ea.AuthenticatorRequest // nil: a spontaneous authenticator
	if p.Request != nil {
		if request, err = parseRequest(*p.Request); err != nil {
			return refusalOfRequest(err), nil
		}
	}
	identity := tls.Certificate{} // empty: Cocos makes the empty authenticator
	if p.Identity != nil {
		if identity, err = p.Identity.certificate(); err != nil {
			return nil, err
		}
	}
	attester, err := p.Attestation.attester()
	if err != nil {
		return nil, err
	}

	state := c.conn.ConnectionState()
	var extensions []ea.Extension
	if attester != nil && wantsAttestation(request) && len(identity.Certificate) > 0 {
		leaf, err := x509.ParseCertificate(identity.Certificate[0])
		if err != nil {
			return refuse("malformed", err.Error()), nil
		}
		if extensions, err = attester.LeafExtensions(&state, request, leaf); err != nil {
			return refusalOfAuthenticate(err), nil
		}
	}
	// Neither here nor in Cocos is the message type compared with the role of the end that sent it.
	authenticator, err := c.session.CreateAuthenticator(&state, c.ownRole(), request, identity, extensions)
	if err != nil {
		return refusalOfAuthenticate(err), nil
	}
	return map[string]octets{"authenticator": authenticator}, nil
}

// wantsAttestation asks Cocos whether the request holds the offer. The transport of Cocos refuses a
// request without one as soon as attestation is configured; the control protocol asks for an authenticator
// without attestation in that case, and package ea can make it.
func wantsAttestation(request *ea.AuthenticatorRequest) bool {
	return ea.RequestPermitsCertificateExtension(request, ea.CMWAttestationExtensionType)
}

// attester is nil where the harness asks for no attestation.
func (a *attestation) attester() (*evidence.Attester, error) {
	if a == nil {
		return nil, nil
	}
	if a.Model != "background-check" {
		return nil, unsupported("model=" + a.Model)
	}
	if mediaType(a.Type) != evidence.MediaType {
		return nil, unsupported("type=" + a.Type)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(a.Key)
	if err != nil {
		return nil, badParams("attestation.key: %v", err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, badParams("attestation.key: a %T cannot sign", parsed)
	}
	out := &evidence.Attester{Key: key, UEID: a.Claims.UEID, Measurement: a.Claims.Measurement}
	for _, der := range a.Chain {
		out.Chain = append(out.Chain, der)
	}
	return out, nil
}

// mediaType strips the parameters of a media type.
func mediaType(full string) string {
	name, _, _ := strings.Cut(full, ";")
	return strings.ToLower(strings.TrimSpace(name))
}
