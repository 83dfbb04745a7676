package main

import (
	"crypto"
	"encoding/binary"
	"fmt"
	"slices"
)

// StageMacInput is the value of the stage mac-input.
type StageMacInput struct {
	Hash              string `json:"hash"`
	Key               Hex    `json:"key"`
	HandshakeContext  Hex    `json:"handshakeContext"`
	Request           Hex    `json:"request"`
	Certificate       Hex    `json:"certificate"`
	CertificateVerify Hex    `json:"certificateVerify"`
}

func readMacInput(stage Stage) (StageMacInput, crypto.Hash, error) {
	value, err := readRaw[StageMacInput](stage.Value, "mac-input")
	if err != nil {
		return value, 0, err
	}
	hash, err := hashNamed(value.Hash)
	return value, hash, err
}

// StageSignatureInput is the value of the stage signature-input.
type StageSignatureInput struct {
	Padding          Hex     `json:"padding"`
	ContextString    Hex     `json:"contextString"`
	Separator        Hex     `json:"separator"`
	Hash             string  `json:"hash"`
	HandshakeContext Hex     `json:"handshakeContext"`
	Request          Hex     `json:"request"`
	Certificate      Hex     `json:"certificate"`
	Scheme           uint16  `json:"scheme"`
	Key              string  `json:"key"`
	Prehash          *string `json:"prehash"`
	ECDSAEncoding    *string `json:"ecdsaEncoding"`
	SaltLength       *int    `json:"saltLength"`
}

// content is what CertificateVerify signs, of the parts of the stage.
func (s StageSignatureInput) content() (content, transcript []byte, err error) {
	hash, err := hashNamed(s.Hash)
	if err != nil {
		return nil, nil, err
	}
	transcript = digest(hash, s.HandshakeContext, s.Request, s.Certificate)
	return slices.Concat(s.Padding, s.ContextString, s.Separator, transcript), transcript, nil
}

func checkSignatureInput(b *build, name string, stage Stage) error {
	value, err := readRaw[StageSignatureInput](stage.Value, name)
	if err != nil {
		return err
	}
	var between struct {
		TranscriptHash Hex `json:"transcriptHash"`
		Content        Hex `json:"content"`
	}
	if err := strict(stage.Intermediates, &between); err != nil {
		return err
	}
	content, transcript, err := value.content()
	if err := first(err, same("transcriptHash", between.TranscriptHash, transcript), same("content", between.Content, content)); err != nil {
		return err
	}
	if !b.whole() {
		return nil
	}
	return first(same("content", between.Content, signedContent(transcript)),
		same("handshakeContext", value.HandshakeContext, b.secrets.handshakeContext.value),
		same("certificate", value.Certificate, *b.stages["certificate"].Bytes))
}

func checkCertificateVerify(b *build, name string, stage Stage) error {
	var value struct {
		HandshakeType int    `json:"handshakeType"`
		Algorithm     uint16 `json:"algorithm"`
		Signature     Hex    `json:"signature"`
	}
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if stage.Bytes == nil {
		return fmt.Errorf("bytes: missing")
	}
	if !b.encodingMutated(name) {
		body := append(binary.BigEndian.AppendUint16(nil, value.Algorithm), encodeVector(2, value.Signature)...)
		if err := same("bytes", *stage.Bytes, encodeHandshake(value.HandshakeType, body)); err != nil {
			return err
		}
	}
	input, err := readRaw[StageSignatureInput](b.stages["signature-input"].Value, "signature-input")
	if err != nil || b.mutatedAt(name) || !b.resealed(name) {
		return err
	}
	if input.Prehash != nil || input.ECDSAEncoding != nil || input.SaltLength != nil {
		return nil // not signed as the scheme has it; the judgement says so
	}
	content, _, err := input.content()
	if err != nil {
		return err
	}
	scheme, ok := tlsSchemes[input.Scheme]
	if !ok {
		return b.checkSignature(nil, input.Key, content, value.Signature)
	}
	return b.checkSignature(&scheme, input.Key, content, value.Signature)
}

func checkCertificate(b *build, name string, stage Stage) error {
	var value struct {
		HandshakeType             int `json:"handshakeType"`
		CertificateRequestContext Hex `json:"certificateRequestContext"`
		Entries                   []struct {
			CertData   Hex              `json:"certData"`
			Extensions []StageExtension `json:"extensions"`
		} `json:"entries"`
	}
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if stage.Bytes == nil {
		return fmt.Errorf("bytes: missing")
	}
	if b.encodingMutated(name) {
		return nil
	}
	if b.whole() {
		context, err := readRaw[Hex](b.Source["certificateRequestContext"], "source.certificateRequestContext")
		if err := first(err, same("certificateRequestContext", value.CertificateRequestContext, context)); err != nil {
			return err
		}
	}
	list := []byte{}
	for _, entry := range value.Entries {
		list = slices.Concat(list, encodeVector(3, entry.CertData), encodeExtensions(entry.Extensions))
	}
	body := append(encodeVector(1, value.CertificateRequestContext), encodeVector(3, list)...)
	return same("bytes", *stage.Bytes, encodeHandshake(value.HandshakeType, body))
}

func checkFrame(b *build, name string, stage Stage) error {
	var value struct {
		Messages []struct {
			Name  string `json:"name"`
			Bytes Hex    `json:"bytes"`
		} `json:"messages"`
	}
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if b.encodingMutated(name) {
		return nil
	}
	all := []byte{}
	for _, message := range value.Messages {
		all = append(all, message.Bytes...)
		stages := map[string]string{"certificate": "certificate", "certificateVerify": "certificate-verify", "finished": "finished"}
		if made := b.stages[stages[message.Name]]; !b.mutatedAt(name) && made.Bytes != nil {
			if err := same("messages."+message.Name, message.Bytes, *made.Bytes); err != nil {
				return err
			}
		}
	}
	return same("output", b.Output["authenticator"], all)
}

func checkRequestContext(b *build, name string, stage Stage) error {
	var value struct {
		CertificateRequestContext Hex `json:"certificateRequestContext"`
	}
	if err := strict(stage.Value, &value); err != nil || b.mutatedAt(name) {
		return err
	}
	source, err := readRaw[Hex](b.Source["certificateRequestContext"], "source.certificateRequestContext")
	return first(err, same("certificateRequestContext", value.CertificateRequestContext, source))
}

func checkRequestExtensions(b *build, name string, stage Stage) error {
	value, err := readRaw[struct {
		List []StageExtension `json:"list"`
	}](stage.Value, name)
	if err != nil || b.mutatedAt(name) {
		return err
	}
	schemes := []byte{}
	for _, scheme := range b.Inputs.Asked.SignatureSchemes {
		schemes = binary.BigEndian.AppendUint16(schemes, scheme)
	}
	expected := []StageExtension{{Type: extensionSignatureAlgorithms, Data: encodeVector(2, schemes)}}
	if b.Inputs.Asked.Attestation {
		expected = append(expected, StageExtension{Type: b.Inputs.Profile.CmwAttestation})
	}
	return same("list", encodeExtensions(value.List), encodeExtensions(expected))
}

func checkRequestMessage(b *build, name string, stage Stage) error {
	var value struct {
		HandshakeType             int              `json:"handshakeType"`
		CertificateRequestContext Hex              `json:"certificateRequestContext"`
		Extensions                []StageExtension `json:"extensions"`
	}
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if stage.Bytes == nil {
		return fmt.Errorf("bytes: missing")
	}
	if b.encodingMutated(name) {
		return nil
	}
	body := append(encodeVector(1, value.CertificateRequestContext), encodeExtensions(value.Extensions)...)
	return same("bytes", *stage.Bytes, encodeHandshake(value.HandshakeType, body))
}

func checkRequestFrame(b *build, name string, stage Stage) error {
	value, err := readRaw[struct {
		Messages []Hex `json:"messages"`
	}](stage.Value, name)
	if err != nil || b.encodingMutated(name) {
		return err
	}
	all := []byte{}
	for _, message := range value.Messages {
		all = append(all, message...)
	}
	if message := b.stages["request-message"]; !b.mutatedAt(name) && message.Bytes != nil {
		if err := same("messages", all, *message.Bytes); err != nil {
			return err
		}
	}
	return same("output", b.Output["request"], all)
}
