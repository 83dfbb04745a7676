//go:build !cocos_0_9

package main

import eaattestation "github.com/ultravioletrs/cocos/pkg/atls/eaattestation"

// Errors that Cocos v0.9.0 has not: it makes neither decision.
func init() {
	refusalCodes = append(refusalCodes,
		namedRefusal{eaattestation.ErrMissingAttestation, "attestation-missing"},
		namedRefusal{eaattestation.ErrUnexpectedExporterLabel, "binding-mismatch"},
	)
}
