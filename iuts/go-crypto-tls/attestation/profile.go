// Package attestation makes and appraises what cmw_attestation carries in an exported authenticator
// (draft-fossati-seat-expat): Evidence and Attestation Results in a RATS CMW, bound to the TLS connection.
package attestation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Profile fixes what the draft leaves open. Its members are those of docs/iut-protocol.md.
type Profile struct {
	Revision       string `json:"revision"`
	CMWAttestation uint16 `json:"cmwAttestation"`
	ExporterLabel  string `json:"exporterLabel"`
	ExporterLength int    `json:"exporterLength"`
	PublicKey      string `json:"publicKey"`
	EvidenceNonce  Claim  `json:"evidenceNonce"`
	AIKHashClaim   Claim  `json:"aikHashClaim"`
}

// Claim says where a claim stands in the two serialisations.
type Claim struct {
	CWT Label `json:"cwt"`
	JWT Label `json:"jwt"`
}

// Label is the key of a claim: an integer or a text.
type Label struct {
	key any // int64 or string
}

// UnmarshalJSON reads a JSON integer or string.
func (l *Label) UnmarshalJSON(octets []byte) error {
	if bytes.HasPrefix(octets, []byte{'"'}) {
		var text string
		err := json.Unmarshal(octets, &text)
		l.key = text
		return err
	}
	number, err := strconv.ParseInt(string(octets), 10, 64)
	l.key = number
	return err
}

// name is the label as a member of a JSON object.
func (l Label) name() string { return fmt.Sprint(l.key) }

// The claims of the Evidence profile that no parameter moves.
var (
	labelUEID        = Claim{Label{int64(256)}, Label{"ueid"}}
	labelProfile     = Claim{Label{int64(265)}, Label{"eat_profile"}}
	labelMeasurement = Claim{Label{int64(-65538)}, Label{"measurement"}}
	labelExpires     = Claim{Label{int64(4)}, Label{"exp"}}
	labelIssuedAt    = Claim{Label{int64(6)}, Label{"iat"}}
	labelNotBefore   = Claim{Label{int64(5)}, Label{"nbf"}}
)

const evidenceProfile = "tag:expat-conformance,2026:evidence"

// Media types of EAT (RFC 9782).
const (
	TypeCWT = "application/eat+cwt"
	TypeJWT = "application/eat+jwt"
)
