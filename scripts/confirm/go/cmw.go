package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/cmw"
)

// The indicators of draft-ietf-rats-msg-wrap (cm-type) that matter here.
const (
	indicatorEvidence = 1 << 2
	indicatorResults  = 1 << 3
)

// Item is one conceptual message out of a CMW.
type Item struct {
	mediaType     string
	contentFormat int64 // -1: there is a media type
	value         []byte
	indicator     int64 // 0: none
}

// contentFormats are those of the media types of the Evidence profile (RFC 9782 section 6.3).
var contentFormats = map[int64]string{263: "application/eat+cwt", 264: "application/eat+jwt"}

// readCMW reads a CMW: a record, a tag or a collection, in CBOR or JSON; its first byte tells which (section 3 of the draft).
func readCMW(data []byte) ([]Item, error) {
	if len(data) == 0 {
		return nil, errors.New("there are no bytes")
	}
	switch first := data[0]; {
	case first == '[':
		return readRecordJSON(data)
	case first == '{':
		return readCollectionJSON(data)
	case first>>5 == 4:
		return readRecordCBOR(data)
	case first>>5 == 5:
		return readCollectionCBOR(data)
	case first == 0xda:
		return readTag(data)
	}
	return nil, fmt.Errorf("no CMW begins with %02x", data[0])
}

// checkIndicator fails unless the indicator is of 1 to 2^32-1.
func checkIndicator(indicator int64) error {
	if indicator < 1 || indicator > math.MaxUint32 {
		return fmt.Errorf("the indicator %d is out of range", indicator)
	}
	return nil
}

func readRecordCBOR(data []byte) ([]Item, error) {
	var parts []cbor.RawMessage
	if err := strictCBOR.Unmarshal(data, &parts); err != nil {
		return nil, err
	}
	if len(parts) != 2 && len(parts) != 3 {
		return nil, fmt.Errorf("a record has two or three members, not %d", len(parts))
	}
	item := Item{contentFormat: -1}
	var kind any
	if err := strictCBOR.Unmarshal(parts[0], &kind); err != nil {
		return nil, err
	}
	switch kind := kind.(type) {
	case string:
		item.mediaType = kind
	case int64:
		if kind < 0 || kind > math.MaxUint16 {
			return nil, fmt.Errorf("%d is no Content-Format", kind)
		}
		item.contentFormat = kind
	default:
		return nil, errors.New("the type is neither a media type nor a Content-Format")
	}
	var err error
	if item.value, err = cborBytes(parts[1]); err != nil {
		return nil, fmt.Errorf("value: %w", err)
	}
	if len(parts) == 3 {
		if major(parts[2]) != 0 {
			return nil, errors.New("the indicator is no unsigned integer")
		}
		if err := strictCBOR.Unmarshal(parts[2], &item.indicator); err != nil {
			return nil, err
		}
		if err := checkIndicator(item.indicator); err != nil {
			return nil, err
		}
	}
	return []Item{item}, nil
}

// readTag reads a tag of RFC 9277 section 4.3, whose number is made of a Content-Format by a transform that leaves out each 256th.
func readTag(data []byte) ([]Item, error) {
	var tag cbor.RawTag
	if err := strictCBOR.Unmarshal(data, &tag); err != nil {
		return nil, err
	}
	const first, last = 1668546817, 1668612095
	if tag.Number < first || tag.Number > last || (tag.Number-first)%256 == 255 {
		return nil, fmt.Errorf("%d is not the tag of a Content-Format", tag.Number)
	}
	offset := tag.Number - first
	value, err := cborBytes(tag.Content)
	return []Item{{contentFormat: int64(offset/256*255 + offset%256), value: value}}, err
}

func readCollectionCBOR(data []byte) ([]Item, error) {
	members, err := cborMap(data)
	if err != nil {
		return nil, err
	}
	kind, err := cborClaim(members, "__cmwc_t")
	if err != nil {
		return nil, err
	}
	items := []Item{}
	for label, member := range members {
		if label == "__cmwc_t" {
			if text, ok := kind.(string); !ok || !isCollectionType(text) {
				return nil, errors.New("__cmwc_t is neither an absolute URI nor an OID")
			}
			continue
		}
		if _, ok := label.(int64); !ok {
			if _, ok := label.(string); !ok {
				return nil, fmt.Errorf("a label is of type %T", label)
			}
		}
		inner, err := readCMW(member)
		if err != nil {
			return nil, err
		}
		items = append(items, inner...)
	}
	if len(items) == 0 {
		return nil, errors.New("the collection is empty")
	}
	return items, nil
}

func readRecordJSON(data []byte) ([]Item, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is not UTF-8")
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return nil, err
	}
	if len(parts) != 2 && len(parts) != 3 {
		return nil, fmt.Errorf("a record has two or three members, not %d", len(parts))
	}
	item := Item{contentFormat: -1}
	var err error
	if item.mediaType, err = jsonText(parts[0]); err != nil {
		return nil, fmt.Errorf("type: %w", err)
	}
	text, err := jsonText(parts[1])
	if err != nil {
		return nil, fmt.Errorf("value: %w", err)
	}
	if item.value, err = decodeBase64url(text); err != nil {
		return nil, fmt.Errorf("value: %w", err)
	}
	// The CDDL of base64url-string has one character at least; a byte string of CBOR may be empty.
	if text == "" {
		return nil, errors.New("value: it is empty")
	}
	if len(parts) == 3 {
		if err := json.Unmarshal(parts[2], &item.indicator); err != nil {
			return nil, fmt.Errorf("indicator: %w", err)
		}
		if err := checkIndicator(item.indicator); err != nil {
			return nil, err
		}
	}
	return []Item{item}, nil
}

func readCollectionJSON(data []byte) ([]Item, error) {
	members, err := jsonObject(data)
	if err != nil {
		return nil, err
	}
	items := []Item{}
	for label, member := range members {
		if label == "__cmwc_t" {
			if text, err := jsonText(member); err != nil || !isCollectionType(text) {
				return nil, errors.New("__cmwc_t is neither an absolute URI nor an OID")
			}
			continue
		}
		member = bytes.TrimSpace(member)
		if member[0] != '[' && member[0] != '{' {
			return nil, fmt.Errorf("the item %q is no CMW", label)
		}
		inner, err := readCMW(member)
		if err != nil {
			return nil, err
		}
		items = append(items, inner...)
	}
	if len(items) == 0 {
		return nil, errors.New("the collection is empty")
	}
	return items, nil
}

var oid = regexp.MustCompile(`^[0-2](\.(0|[1-9][0-9]*))+$`)

// isCollectionType tells whether the text is an absolute URI or an absolute OID.
func isCollectionType(text string) bool {
	if oid.MatchString(text) {
		return true
	}
	uri, err := url.Parse(text)
	return err == nil && uri.IsAbs()
}

// openSigned takes off the signature of a CMW that is itself signed (section 4 of the draft), and gives the CMW in it.
func openSigned(opinions *Opinions, in Inputs, data []byte) ([]byte, error) {
	isCOSE, isJWS := data[0] == 0xd2, bytes.HasPrefix(data, []byte("eyJ"))
	if !isCOSE && !isJWS {
		return data, nil
	}
	if in.Policy.SignedCmw != "accept" {
		return nil, errors.New("the policy takes no CMW that is itself signed")
	}
	var token *Token
	var err error
	if isCOSE {
		token, err = readCOSE(data)
		askCOSE(opinions, data, token, err)
	} else {
		token, err = readJWS(data)
		askJOSE(opinions, data, token, err)
	}
	if err != nil {
		return nil, err
	}
	if err := verifyToken(token); err != nil {
		return nil, err
	}
	if _, err := verifyPath(token.chain, in.Trust.Attestation, in.Now); err != nil {
		return nil, err
	}
	expected := map[bool]string{true: "application/cmw+cbor", false: "application/cmw+json"}[isCOSE]
	if token.contentType != expected {
		return nil, fmt.Errorf("the content type is %q, not %s", token.contentType, expected)
	}
	if len(token.payload) == 0 {
		return nil, errors.New("nothing is signed")
	}
	if json := token.payload[0] == '[' || token.payload[0] == '{'; json == isCOSE {
		return nil, errors.New("the CMW is not in the encoding of its content type")
	}
	return token.payload, nil
}

// kindOf tells what a token is by its claims: an EAR has submodules. It gives 0 where it cannot be read.
func kindOf(mediaType string, message []byte) int64 {
	var token *Token
	var err error
	var isResult bool
	if mediaType == "application/eat+cwt" {
		if token, err = readCOSE(message); err == nil {
			var claims map[any]cbor.RawMessage
			claims, err = cborMap(token.payload)
			_, isResult = claims[int64(266)]
		}
	} else if token, err = readJWS(message); err == nil {
		var claims map[string]json.RawMessage
		claims, err = jsonObject(token.payload)
		_, isResult = claims["submods"]
	}
	switch {
	case err != nil:
		return 0
	case isResult:
		return indicatorResults
	}
	return indicatorEvidence
}

// appraiseCMW judges the content of cmw_attestation: the wrapper, and each message in it.
func appraiseCMW(opinions *Opinions, in Inputs, data, certificate []byte, s *Secrets) (*Refusal, error) {
	if len(data) > 0 {
		var err error
		if data, err = openSigned(opinions, in, data); err != nil {
			return refuse("cmw", "%v", err), nil
		}
	}
	items, err := readCMW(data)
	askCMW(opinions, data, items, err)
	if err != nil {
		return refuse("cmw", "%v", err), nil
	}
	for i, item := range items {
		if item.contentFormat >= 0 {
			items[i].mediaType = contentFormats[item.contentFormat]
		}
		mediaType, _, _ := strings.Cut(items[i].mediaType, ";")
		items[i].mediaType = strings.TrimSpace(mediaType)
		if kind := items[i].mediaType; kind != contentFormats[263] && kind != contentFormats[264] {
			return refuse("cmw", "nobody knows the type %q (%d)", kind, item.contentFormat), nil
		}
		kind := kindOf(items[i].mediaType, item.value)
		if item.indicator != 0 && kind != 0 && item.indicator&kind == 0 {
			return refuse("cmw", "the indicator %d is not that of the message", item.indicator), nil
		}
		if kind == indicatorResults {
			items[i].indicator = indicatorResults
		}
	}
	// The steps in their order, each for all items: a signature before a binding.
	findings := []*Refusal{}
	for _, item := range items {
		var refusal *Refusal
		if item.indicator&indicatorResults != 0 {
			refusal, err = appraiseResult(opinions, in, item.mediaType, item.value, certificate)
		} else {
			refusal, err = appraiseEvidence(opinions, in, item.mediaType, item.value, certificate, s)
		}
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			findings = append(findings, refusal)
		}
	}
	for _, step := range []string{"evidence-signature", "binding", "aik-hash", "result", "result-status", "result-key", "policy"} {
		for _, finding := range findings {
			if finding.Step == step {
				return finding, nil
			}
		}
	}
	return nil, nil
}

// askCMW asks veraison/cmw to read the CMW, and compares what it reads.
func askCMW(opinions *Opinions, data []byte, items []Item, mine error) {
	var theirs cmw.CMW
	err := func() (err error) {
		defer func() {
			if problem := recover(); problem != nil {
				err = fmt.Errorf("it panics: %v", problem)
			}
		}()
		return theirs.Deserialize(bytes.Clone(data))
	}()
	opinions.add("veraison/cmw", "deserialize", mine, err)
	if mine != nil || err != nil {
		return
	}
	opinions.add("veraison/cmw", "content", nil, func() error {
		if theirs.GetKind() == cmw.KindMonad {
			return sameItem(&theirs, items[0])
		}
		meta, err := theirs.GetCollectionMeta()
		if err != nil {
			return err
		}
		for _, entry := range meta {
			node, err := theirs.GetCollectionItem(entry.Key)
			if err != nil {
				return err
			}
			found := errors.New("an item that is not there")
			for _, item := range items {
				if sameItem(node, item) == nil {
					found = nil
				}
			}
			if found != nil {
				return found
			}
		}
		return nil
	}())
}

// sameItem compares type, value and indicator.
func sameItem(theirs *cmw.CMW, item Item) error {
	kind, err := theirs.GetMonadType()
	if err != nil {
		return err
	}
	expected := item.mediaType
	if known, ok := contentFormats[item.contentFormat]; ok {
		expected = known
	} else if item.contentFormat >= 0 {
		expected = kind // of a Content-Format that this program does not know, veraison/cmw may know the media type
	}
	value, err := theirs.GetMonadValue()
	if err != nil {
		return err
	}
	indicator, err := theirs.GetMonadIndicator()
	if err != nil {
		return err
	}
	if kind != expected || !bytes.Equal(value, item.value) || int64(indicator) != item.indicator {
		return fmt.Errorf("it reads type %q, %d bytes, indicator %d", kind, len(value), indicator)
	}
	return nil
}

// judgeCMW judges the content of cmw_attestation alone.
func judgeCMW(c *Case, opinions *Opinions) (*Refusal, error) {
	s, err := secretsOf(c.Inputs, "server", c.Inputs.CertificateRequestContext)
	if err != nil {
		return nil, err
	}
	return appraiseCMW(opinions, c.Inputs, c.Output["cmwData"], c.Inputs.EndEntityCertificate, s)
}
