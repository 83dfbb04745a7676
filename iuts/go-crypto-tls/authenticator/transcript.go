package authenticator

import (
	"bytes"
	"crypto"
	"crypto/hmac"

	"golang.org/x/crypto/cryptobyte"
)

// Exporter gives keying material of the connection (RFC 8446 section 7.5), from the exporter_master_secret.
type Exporter func(label string, context []byte, length int) ([]byte, error)

// keys are the two exported values of one sender (RFC 9261 section 5.1).
type keys struct {
	hash             crypto.Hash
	handshakeContext []byte
	finishedKey      []byte
}

// exportKeys exports them. The role in the labels is that of the sender of the authenticator, the context is empty, and
// the length is that of the hash of the cipher suite.
func exportKeys(export Exporter, hash crypto.Hash, sender Role) (*keys, error) {
	handshakeContext, err := export("EXPORTER-"+sender.String()+" authenticator handshake context", nil, hash.Size())
	if err != nil {
		return nil, err
	}
	finishedKey, err := export("EXPORTER-"+sender.String()+" authenticator finished key", nil, hash.Size())
	if err != nil {
		return nil, err
	}
	return &keys{hash, handshakeContext, finishedKey}, nil
}

// transcriptHash hashes the Handshake Context and the messages behind it, with their handshake headers.
func (k *keys) transcriptHash(messages ...[]byte) []byte {
	hash := k.hash.New()
	hash.Write(k.handshakeContext)
	for _, each := range messages {
		hash.Write(each)
	}
	return hash.Sum(nil)
}

// signedContent is what CertificateVerify signs (RFC 9261 section 5.2.2). request is empty where there is none.
func (k *keys) signedContent(request, certificate []byte) []byte {
	return bytes.Join([][]byte{
		bytes.Repeat([]byte{0x20}, 64),
		[]byte("Exported Authenticator"),
		{0},
		k.transcriptHash(request, certificate),
	}, nil)
}

// verifyData is the content of Finished (RFC 9261 section 5.2.3). Of an empty authenticator certificateVerify is empty
// and the Certificate has no entry (section 6).
func (k *keys) verifyData(request, certificate, certificateVerify []byte) []byte {
	mac := hmac.New(k.hash.New, k.finishedKey)
	mac.Write(k.transcriptHash(request, certificate, certificateVerify))
	return mac.Sum(nil)
}

func buildCertificateVerify(scheme Scheme, signature []byte) ([]byte, error) {
	return buildMessage(typeCertificateVerify, func(body *cryptobyte.Builder) {
		body.AddUint16(uint16(scheme))
		body.AddUint16LengthPrefixed(addBytes(signature))
	})
}

func parseCertificateVerify(body cryptobyte.String) (Scheme, []byte, error) {
	var scheme uint16
	var signature cryptobyte.String
	if !body.ReadUint16(&scheme) || !body.ReadUint16LengthPrefixed(&signature) || !body.Empty() {
		return 0, nil, malformed("CertificateVerify does not follow its structure")
	}
	return Scheme(scheme), signature, nil
}
