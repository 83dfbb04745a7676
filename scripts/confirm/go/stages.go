package main

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Stage is one stage of the build.
type Stage struct {
	Value         json.RawMessage `json:"value"`
	Bytes         *Hex            `json:"bytes"`
	Intermediates json.RawMessage `json:"intermediates"`
}

// stageCheck recomputes one stage.
type stageCheck func(b *build, name string, stage Stage) error

// stageChecks has every stage that a file may show.
var stageChecks map[string]stageCheck

func init() {
	stageChecks = map[string]stageCheck{
		"secrets": checkSecrets, "binding": checkBinding, "aik-hash": checkAikHash,
		"claims": checkClaims, "second-claims": checkClaims, "result-claims": checkClaims,
		"evidence": checkToken, "second-evidence": checkToken, "result": checkToken, "signed-cmw": checkToken,
		"evidence-signature": checkTokenSignature, "second-evidence-signature": checkTokenSignature,
		"result-signature": checkTokenSignature, "cmw-signature": checkTokenSignature,
		"cmw": checkStageCMW, "extension": checkExtension, "certificate": checkCertificate,
		"signature-input": checkSignatureInput, "certificate-verify": checkCertificateVerify,
		"mac-input": checkMacInput, "finished": checkFinished, "frame": checkFrame,
		"request-context": checkRequestContext, "request-extensions": checkRequestExtensions,
		"request-message": checkRequestMessage, "request-frame": checkRequestFrame,
	}
}

// build is what the checks of the stages of one case share.
type build struct {
	*Case
	stages  map[string]Stage
	secrets *Secrets
	leaf    []byte // the end-entity certificate
}

// checkStages recomputes all stages of a case, each from its value, and gives what differs. Where a mutation was made at
// the bytes, a length or a signature of a stage, that is not compared. The stages of a vector that is not mutated hang together as well.
func checkStages(c *Case) []error {
	b := &build{Case: c, stages: map[string]Stage{}}
	problems := []error{}
	for name, text := range c.Stages {
		var stage Stage
		if err := strict(text, &stage); err != nil {
			return []error{fmt.Errorf("stages.%s: %w", name, err)}
		}
		if stageChecks[name] == nil {
			return []error{fmt.Errorf("stages.%s: no such stage is known", name)}
		}
		b.stages[name] = stage
	}
	if err := b.prepare(); err != nil {
		return []error{err}
	}
	for name, stage := range b.stages {
		if string(stage.Value) == "null" {
			continue
		}
		if err := stageChecks[name](b, name, stage); err != nil {
			problems = append(problems, fmt.Errorf("stages.%s: %w", name, err))
		}
	}
	return problems
}

// prepare computes the secrets and finds the end-entity certificate.
func (b *build) prepare() error {
	var source struct {
		Context  Hex `json:"certificateRequestContext"`
		Identity *struct {
			Key    string `json:"key"`
			Scheme uint16 `json:"scheme"`
		} `json:"identity"`
		Message     json.RawMessage `json:"message"`
		Attestation json.RawMessage `json:"attestation"`
	}
	text, err := json.Marshal(b.Source)
	if err != nil {
		return err
	}
	if err := strict(text, &source); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	context := source.Context
	if b.Inputs.CertificateRequestContext != nil {
		context = b.Inputs.CertificateRequestContext
	}
	b.leaf = b.Inputs.EndEntityCertificate
	if source.Identity != nil {
		key, ok := b.Keys[source.Identity.Key]
		if !ok || len(key.Chain) == 0 {
			return fmt.Errorf("source.identity.key: no key %q in the file", source.Identity.Key)
		}
		b.leaf = key.Chain[0]
	}
	if b.Inputs.Connection.CipherSuite == "" {
		return nil
	}
	sender := b.Inputs.Sender
	if sender == "" {
		sender = "server" // messages of parts have no sender; their files show the secrets of a server
	}
	b.secrets, err = secretsOf(b.Inputs, sender, context)
	return err
}

// mutatedAt tells whether the mutation was made at this place of a stage, or below it.
func (b *build) mutatedAt(place string) bool {
	if b.Mutation == nil {
		return false
	}
	at := b.Mutation.At
	if b.Kind == "request" && !strings.HasPrefix(at, "inputs.") && !strings.HasPrefix(at, "source.") {
		at = "request-" + at
	}
	return at == place || strings.HasPrefix(at, place+".")
}

// encodingMutated tells whether the bytes of a stage are not what its value is encoded to.
func (b *build) encodingMutated(name string) bool {
	return b.mutatedAt(name) && (strings.HasSuffix(b.Mutation.At, ".length") || strings.HasSuffix(b.Mutation.At, ".bytes"))
}

// resealed tells whether the seal of this stage was made anew after the mutation; without one, seals are right.
func (b *build) resealed(name string) bool {
	if b.Mutation == nil || string(b.Mutation.Reseal) == "true" || b.Mutation.Reseal == nil {
		return true
	}
	var seals []string
	return json.Unmarshal(b.Mutation.Reseal, &seals) == nil && slices.Contains(seals, name)
}

// whole tells whether the stages hang together: nothing was done to them.
func (b *build) whole() bool { return b.Mutation == nil }

// same compares bytes, and names what differs.
func same(what string, found, expected []byte) error {
	if bytes.Equal(found, expected) {
		return nil
	}
	at := 0
	for at < len(found) && at < len(expected) && found[at] == expected[at] {
		at++
	}
	return fmt.Errorf("%s: %d bytes, expected %d; they part at byte %d", what, len(found), len(expected), at)
}

// first gives the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// bytesOf gives the bytes of a stage; those that are the output stand there alone.
func (b *build) bytesOf(name, output string) []byte {
	if stage, ok := b.stages[name]; ok && stage.Bytes != nil {
		return *stage.Bytes
	}
	return b.Output[output]
}

// StageSecrets is the value of the stage secrets.
type StageSecrets struct {
	Hash             string `json:"hash"`
	HandshakeContext Hex    `json:"handshakeContext"`
	FinishedKey      Hex    `json:"finishedKey"`
	ExportedValue    Hex    `json:"exportedValue"` // empty: without attestation there is none
}

// StageExport is an intermediate of the stage secrets.
type StageExport struct {
	Label             string `json:"label"`
	Context           Hex    `json:"context"`
	Length            int    `json:"length"`
	DerivedSecretInfo Hex    `json:"derivedSecretInfo"`
	DerivedSecret     Hex    `json:"derivedSecret"`
	ContextHash       Hex    `json:"contextHash"`
	ExportedValueInfo Hex    `json:"exportedValueInfo"`
}

func checkSecrets(b *build, _ string, stage Stage) error {
	var value StageSecrets
	var between struct {
		HandshakeContext StageExport  `json:"handshakeContext"`
		FinishedKey      StageExport  `json:"finishedKey"`
		ExportedValue    *StageExport `json:"exportedValue"`
	}
	if err := first(strict(stage.Value, &value), strict(stage.Intermediates, &between)); err != nil {
		return err
	}
	if b.secrets == nil {
		return fmt.Errorf("the inputs have no connection")
	}
	hash, err := hashNamed(value.Hash)
	if err != nil {
		return err
	}
	if hash != b.secrets.hash {
		return fmt.Errorf("value.hash: %s is not the hash of the suite", value.Hash)
	}
	type row struct {
		name     string
		value    Hex
		between  StageExport
		expected *Export
	}
	rows := []row{
		{"handshakeContext", value.HandshakeContext, between.HandshakeContext, b.secrets.handshakeContext},
		{"finishedKey", value.FinishedKey, between.FinishedKey, b.secrets.finishedKey},
	}
	attested := b.Kind == "exporter" || string(b.stages["binding"].Value) != "null"
	if attested != (len(value.ExportedValue) > 0) && !b.mutatedAt("secrets.exportedValue") || attested != (between.ExportedValue != nil) {
		return fmt.Errorf("exportedValue is there without attestation, or is not there with it")
	}
	if attested {
		rows = append(rows, row{"exportedValue", value.ExportedValue, *between.ExportedValue, b.secrets.exportedValue})
	}
	for _, one := range rows {
		if one.between.Label != one.expected.label || one.between.Length != len(one.expected.value) {
			return fmt.Errorf("intermediates.%s: label or length is not %q, %d", one.name, one.expected.label, len(one.expected.value))
		}
		if err := first(
			same(one.name+".context", one.between.Context, one.expected.context),
			same(one.name+".derivedSecretInfo", one.between.DerivedSecretInfo, one.expected.derivedSecretInfo),
			same(one.name+".derivedSecret", one.between.DerivedSecret, one.expected.derivedSecret),
			same(one.name+".contextHash", one.between.ContextHash, one.expected.contextHash),
			same(one.name+".exportedValueInfo", one.between.ExportedValueInfo, one.expected.exportedValueInfo),
		); err != nil {
			return err
		}
		if !b.mutatedAt("secrets") {
			if err := same("value."+one.name, one.value, one.expected.value); err != nil {
				return err
			}
		}
	}
	if b.Kind == "exporter" {
		return first(same("handshakeContext of the output", b.Output["handshakeContext"], value.HandshakeContext),
			same("finishedKey of the output", b.Output["finishedKey"], value.FinishedKey),
			same("exportedValue of the output", b.Output["exportedValue"], value.ExportedValue))
	}
	return nil
}

func checkBinding(b *build, _ string, stage Stage) error {
	var value struct {
		Hash          string `json:"hash"`
		PublicKey     Hex    `json:"publicKey"`
		ExportedValue Hex    `json:"exportedValue"`
	}
	var between struct {
		HashInput Hex `json:"hashInput"`
		Binding   Hex `json:"binding"`
	}
	if err := first(strict(stage.Value, &value), strict(stage.Intermediates, &between)); err != nil {
		return err
	}
	hash, err := hashNamed(value.Hash)
	if err != nil {
		return err
	}
	if err := first(same("hashInput", between.HashInput, slices.Concat(value.PublicKey, value.ExportedValue)),
		same("binding", between.Binding, digest(hash, between.HashInput))); err != nil {
		return err
	}
	if b.Kind == "binding" {
		if err := same("binding of the output", b.Output["binding"], between.Binding); err != nil {
			return err
		}
	}
	if b.mutatedAt("binding") || b.mutatedAt("secrets") {
		return nil
	}
	binding, _, err := bindingOf(b.secrets, b.leaf, b.Inputs.Profile)
	return first(err, same("binding", between.Binding, binding))
}

func checkAikHash(b *build, _ string, stage Stage) error {
	var value struct {
		Hash      string `json:"hash"`
		PublicKey Hex    `json:"publicKey"`
	}
	var between struct {
		AikPubHash Hex `json:"aikPubHash"`
	}
	if err := first(strict(stage.Value, &value), strict(stage.Intermediates, &between)); err != nil {
		return err
	}
	hash, err := hashNamed(value.Hash)
	if err != nil {
		return err
	}
	if err := same("aikPubHash", between.AikPubHash, digest(hash, value.PublicKey)); err != nil {
		return err
	}
	if b.Kind == "binding" {
		if err := same("aikPubHash of the output", b.Output["aikPubHash"], between.AikPubHash); err != nil {
			return err
		}
	}
	if b.mutatedAt("aik-hash") {
		return nil
	}
	_, aikPubHash, err := bindingOf(b.secrets, b.leaf, b.Inputs.Profile)
	return first(err, same("aikPubHash", between.AikPubHash, aikPubHash))
}

func checkStageCMW(b *build, name string, stage Stage) error {
	var value StageCMW
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if b.encodingMutated(name) {
		return nil
	}
	encoded, err := value.encode()
	if err != nil {
		return err
	}
	if err := same("bytes", b.bytesOf(name, "cmwData"), encoded); err != nil {
		return err
	}
	if b.whole() && value.Form != "collection" && string(b.stages["evidence"].Value) != "null" && b.stages["evidence-signature"].Bytes != nil {
		return same("value", value.Value, *b.stages["evidence-signature"].Bytes)
	}
	return nil
}

func checkExtension(b *build, name string, stage Stage) error {
	var value struct {
		Type    uint16 `json:"type"`
		CmwData Hex    `json:"cmwData"`
	}
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if b.encodingMutated(name) {
		return nil
	}
	if stage.Bytes == nil {
		return fmt.Errorf("bytes: missing")
	}
	if b.whole() && value.Type != b.Inputs.Profile.CmwAttestation {
		return fmt.Errorf("type: %d is not that of the profile", value.Type)
	}
	return same("bytes", *stage.Bytes, encodeVector(2, value.CmwData))
}

func checkMacInput(_ *build, _ string, stage Stage) error {
	value, hash, err := readMacInput(stage)
	if err != nil {
		return err
	}
	var between struct {
		TranscriptHash Hex `json:"transcriptHash"`
	}
	if err := strict(stage.Intermediates, &between); err != nil {
		return err
	}
	return same("transcriptHash", between.TranscriptHash, digest(hash, value.HandshakeContext, value.Request, value.Certificate, value.CertificateVerify))
}

func checkFinished(b *build, name string, stage Stage) error {
	var value struct {
		HandshakeType int `json:"handshakeType"`
		VerifyData    Hex `json:"verifyData"`
	}
	if err := strict(stage.Value, &value); err != nil {
		return err
	}
	if stage.Bytes == nil {
		return fmt.Errorf("bytes: missing")
	}
	if !b.encodingMutated(name) {
		if err := same("bytes", *stage.Bytes, encodeHandshake(value.HandshakeType, value.VerifyData)); err != nil {
			return err
		}
	}
	input, hash, err := readMacInput(b.stages["mac-input"])
	if err != nil || b.mutatedAt(name) || !b.resealed(name) {
		return err
	}
	mac := hmac.New(hash.New, input.Key)
	mac.Write(digest(hash, input.HandshakeContext, input.Request, input.Certificate, input.CertificateVerify))
	return same("verifyData", value.VerifyData, mac.Sum(nil))
}
