package main

import (
	"bytes"
	"crypto"
	"crypto/hkdf"
	_ "crypto/sha256" // for crypto.Hash
	_ "crypto/sha512" // for crypto.Hash
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
)

// suiteHash is the hash of a TLS 1.3 cipher suite (RFC 8446 appendix B.4).
func suiteHash(suite string) (crypto.Hash, error) {
	switch suite {
	case "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256":
		return crypto.SHA256, nil
	case "TLS_AES_256_GCM_SHA384":
		return crypto.SHA384, nil
	}
	return 0, fmt.Errorf("no cipher suite %q is known", suite)
}

// hashNamed is the hash that the stages call by this name.
func hashNamed(name string) (crypto.Hash, error) {
	switch name {
	case "sha256":
		return crypto.SHA256, nil
	case "sha384":
		return crypto.SHA384, nil
	case "sha512":
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("no hash %q is known", name)
}

// digest hashes the parts, one behind the other.
func digest(hash crypto.Hash, parts ...[]byte) []byte {
	h := hash.New()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// hkdfLabel is the HkdfLabel of RFC 8446 section 7.1.
func hkdfLabel(label string, context []byte, length int) []byte {
	full := "tls13 " + label
	info := binary.BigEndian.AppendUint16(nil, uint16(length))
	info = append(append(info, byte(len(full))), full...)
	return append(append(info, byte(len(context))), context...)
}

// Export is an exporter value of RFC 8446 section 7.5 with what is computed on the way to it.
type Export struct {
	label                                                                   string
	context                                                                 []byte
	derivedSecretInfo, derivedSecret, contextHash, exportedValueInfo, value []byte
}

// export computes TLS-Exporter(label, context, length) from the exporter master secret (RFC 8446 section 7.5).
func export(hash crypto.Hash, secret []byte, label string, context []byte, length int) (*Export, error) {
	e := &Export{label: label, context: context}
	e.derivedSecretInfo = hkdfLabel(label, digest(hash), hash.Size())
	var err error
	if e.derivedSecret, err = hkdf.Expand(hash.New, secret, string(e.derivedSecretInfo), hash.Size()); err != nil {
		return nil, err
	}
	e.contextHash = digest(hash, context)
	e.exportedValueInfo = hkdfLabel("exporter", e.contextHash, length)
	e.value, err = hkdf.Expand(hash.New, e.derivedSecret, string(e.exportedValueInfo), length)
	return e, err
}

// Secrets are the exported values of a connection that an authenticator of one sender is made with.
type Secrets struct {
	hash                                         crypto.Hash
	handshakeContext, finishedKey, exportedValue *Export
}

// secretsOf exports the handshake context and the Finished key of RFC 9261 section 5.1, and the exported value of expat section 5.1.
func secretsOf(in Inputs, sender string, context []byte) (*Secrets, error) {
	hash, err := suiteHash(in.Connection.CipherSuite)
	if err != nil {
		return nil, err
	}
	if len(in.Connection.ExporterMasterSecret) != hash.Size() {
		return nil, fmt.Errorf("the exporter_master_secret has %d bytes, the hash of the suite %d", len(in.Connection.ExporterMasterSecret), hash.Size())
	}
	if sender != "client" && sender != "server" {
		return nil, fmt.Errorf("sender: expected client or server, found %q", sender)
	}
	s := &Secrets{hash: hash}
	secret := in.Connection.ExporterMasterSecret
	if s.handshakeContext, err = export(hash, secret, "EXPORTER-"+sender+" authenticator handshake context", nil, hash.Size()); err != nil {
		return nil, err
	}
	if s.finishedKey, err = export(hash, secret, "EXPORTER-"+sender+" authenticator finished key", nil, hash.Size()); err != nil {
		return nil, err
	}
	s.exportedValue, err = export(hash, secret, in.Profile.ExporterLabel, context, in.Profile.ExporterLength)
	return s, err
}

// publicKeyOf is the public key of a certificate in the encoding of the profile.
func publicKeyOf(certificate []byte, profile Profile) ([]byte, error) {
	parsed, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	switch profile.PublicKey {
	case "spki-der":
		return parsed.RawSubjectPublicKeyInfo, nil
	case "raw":
		var info struct {
			Algorithm asn1.RawValue
			Key       asn1.BitString
		}
		if _, err := asn1.Unmarshal(parsed.RawSubjectPublicKeyInfo, &info); err != nil {
			return nil, err
		}
		return info.Key.Bytes, nil
	}
	return nil, fmt.Errorf("profile.publicKey: no encoding %q is known", profile.PublicKey)
}

// bindingOf computes the binding of Evidence and AIK_pub_hash (expat section 5.1).
func bindingOf(s *Secrets, certificate []byte, profile Profile) (binding, aikPubHash []byte, err error) {
	key, err := publicKeyOf(certificate, profile)
	if err != nil {
		return nil, nil, err
	}
	return digest(s.hash, key, s.exportedValue.value), digest(s.hash, key), nil
}

// judgeExporter compares what the exporter gives with what the vector says.
func judgeExporter(c *Case) (*Refusal, error) {
	s, err := secretsOf(c.Inputs, c.Inputs.Sender, c.Inputs.CertificateRequestContext)
	if err != nil {
		return nil, err
	}
	for _, value := range []struct {
		step, name string
		right      []byte
	}{
		{"handshake-context", "handshakeContext", s.handshakeContext.value},
		{"finished-key", "finishedKey", s.finishedKey.value},
		{"exported-value", "exportedValue", s.exportedValue.value},
	} {
		if !bytes.Equal(c.Output[value.name], value.right) {
			return refuse(value.step, "%s is not what the exporter gives", value.name), nil
		}
	}
	return nil, nil
}

// judgeBinding compares binding and AIK_pub_hash with those of this connection and key.
func judgeBinding(c *Case) (*Refusal, error) {
	s, err := secretsOf(c.Inputs, "server", c.Inputs.CertificateRequestContext)
	if err != nil {
		return nil, err
	}
	binding, aikPubHash, err := bindingOf(s, c.Inputs.EndEntityCertificate, c.Inputs.Profile)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(c.Output["binding"], binding) {
		return refuse("binding", "the binding is not Hash(public_key || exported_value)"), nil
	}
	if !bytes.Equal(c.Output["aikPubHash"], aikPubHash) {
		return refuse("aik-hash", "AIK_pub_hash is not Hash(public_key)"), nil
	}
	return nil, nil
}
