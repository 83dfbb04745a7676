package authenticator

import (
	"bytes"
	"crypto"
	"testing"

	"expat-conformance/iuts/go-crypto-tls/vectors"
)

type connection struct {
	CipherSuite          string
	ExporterMasterSecret string
}

func (c connection) hash() crypto.Hash {
	if c.CipherSuite == "TLS_AES_256_GCM_SHA384" {
		return crypto.SHA384
	}
	return crypto.SHA256
}

func exporterOf(t *testing.T, inputs vectors.Members) (crypto.Hash, Exporter) {
	t.Helper()
	var on connection
	inputs.Into(t, "connection", &on)
	var secret vectors.Members
	inputs.Into(t, "connection", &secret)
	return on.hash(), NewExporter(on.hash(), secret.Bytes(t, "exporterMasterSecret"))
}

func TestExportedValues(t *testing.T) {
	vectors.Each(t, "exporter", "exporter", func(t *testing.T, vector vectors.Vector) {
		hash, export := exporterOf(t, vector.Inputs)
		var sender string
		vector.Inputs.Into(t, "sender", &sender)
		role := Client
		if sender == "server" {
			role = Server
		}
		made, err := exportKeys(export, hash, role)
		if err != nil {
			t.Fatal(err)
		}
		var profile struct {
			ExporterLabel  string
			ExporterLength int
		}
		vector.Inputs.Into(t, "profile", &profile)
		value, err := export(profile.ExporterLabel, vector.Inputs.Bytes(t, "certificateRequestContext"), profile.ExporterLength)
		if err != nil {
			t.Fatal(err)
		}
		equal := bytes.Equal(made.handshakeContext, vector.Output.Bytes(t, "handshakeContext")) &&
			bytes.Equal(made.finishedKey, vector.Output.Bytes(t, "finishedKey")) &&
			bytes.Equal(value, vector.Output.Bytes(t, "exportedValue"))
		if equal != vector.Valid {
			t.Errorf("equal: %v, valid: %v", equal, vector.Valid)
		}
	})
}
