package attestation

import (
	"crypto"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"

	"expat-conformance/iuts/go-crypto-tls/path"
)

type verifiedJWS struct {
	header  jose.Header
	payload []byte
}

// verifyJWS verifies a JWS in compact form whose x5c leads to an anchor, and returns header and payload.
func verifyJWS(octets []byte, anchors path.Anchors, now time.Time) (*verifiedJWS, error) {
	for part := range strings.SplitSeq(string(octets), ".") {
		if _, err := decodeBase64URL(part); err != nil {
			return nil, err
		}
	}
	parsed, err := jose.ParseSignedCompact(string(octets), joseAlgorithms)
	if err != nil {
		return nil, err
	}
	header := parsed.Signatures[0].Protected
	if _, critical := header.ExtraHeaders["crit"]; critical {
		return nil, errors.New("no critical header parameter is understood")
	}
	chains, err := header.Certificates(anchors.Options(now))
	if err != nil {
		return nil, err
	}
	key := chains[0][0].PublicKey
	if fitting, known := algorithmOf(key); !known || header.Algorithm != string(fitting.jose) {
		return nil, errors.New("the algorithm does not fit the key")
	}
	payload, err := parsed.Verify(key)
	return &verifiedJWS{header, payload}, err
}

// signJWS signs a claims set as JWS in compact form.
func signJWS(claims map[string]any, key crypto.Signer, chain [][]byte) ([]byte, error) {
	fitting, known := algorithmOf(key.Public())
	if !known {
		return nil, errors.New("no algorithm of the Evidence profile fits the attestation key")
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return nil, err
	}
	x5c := make([]string, len(chain))
	for index, each := range chain {
		x5c[index] = base64.StdEncoding.EncodeToString(each) // RFC 7515 section 4.1.6: not base64url
	}
	options := (&jose.SignerOptions{}).WithHeader("x5c", x5c)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: fitting.jose, Key: key}, options)
	if err != nil {
		return nil, err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return nil, err
	}
	serialised, err := signed.CompactSerialize()
	return []byte(serialised), err
}
