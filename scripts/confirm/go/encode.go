package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Field is a claim or header parameter as the stages write it: a label, and one value.
type Field struct {
	Name         string          `json:"name"`
	Label        json.RawMessage `json:"label"`
	Bytes        *Hex            `json:"bytes"`
	Text         *string         `json:"text"`
	Number       *int64          `json:"number"`
	Certificates *[]Hex          `json:"certificates"`
	Fields       *[]Field        `json:"fields"`
}

// cborHead writes the head of a CBOR item in its shortest form (RFC 8949 section 3).
func cborHead(major byte, value uint64) []byte {
	switch {
	case value < 24:
		return []byte{major<<5 | byte(value)}
	case value < 1<<8:
		return []byte{major<<5 | 24, byte(value)}
	case value < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{major<<5 | 25}, uint16(value))
	case value < 1<<32:
		return binary.BigEndian.AppendUint32([]byte{major<<5 | 26}, uint32(value))
	}
	return binary.BigEndian.AppendUint64([]byte{major<<5 | 27}, value)
}

func encodeBytes(value []byte) []byte { return append(cborHead(2, uint64(len(value))), value...) }
func encodeText(value string) []byte  { return append(cborHead(3, uint64(len(value))), value...) }

func encodeNumber(value int64) []byte {
	if value < 0 {
		return cborHead(1, uint64(-1-value))
	}
	return cborHead(0, uint64(value))
}

// encodeLabel writes the label of a field, a number or a text.
func encodeLabel(label json.RawMessage) ([]byte, error) {
	if text, err := jsonText(label); err == nil {
		return encodeText(text), nil
	}
	var number int64
	err := json.Unmarshal(label, &number)
	return encodeNumber(number), err
}

// encodeMap writes fields as a CBOR map, in their order.
func encodeMap(fields []Field) ([]byte, error) {
	out := cborHead(5, uint64(len(fields)))
	for _, field := range fields {
		label, err := encodeLabel(field.Label)
		if err != nil {
			return nil, err
		}
		var value []byte
		switch {
		case field.Bytes != nil:
			value = encodeBytes(*field.Bytes)
		case field.Text != nil:
			value = encodeText(*field.Text)
		case field.Number != nil:
			value = encodeNumber(*field.Number)
		case field.Certificates != nil && len(*field.Certificates) == 1:
			value = encodeBytes((*field.Certificates)[0])
		case field.Certificates != nil:
			value = cborHead(4, uint64(len(*field.Certificates)))
			for _, certificate := range *field.Certificates {
				value = append(value, encodeBytes(certificate)...)
			}
		case field.Fields != nil:
			if value, err = encodeMap(*field.Fields); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("%s has no value of a known form", field.Name)
		}
		out = slices.Concat(out, label, value)
	}
	return out, nil
}

// encodeObject writes fields as a JSON object with no white space, in their order; bytes are base64url, certificates standard base64.
func encodeObject(fields []Field) ([]byte, error) {
	parts := [][]byte{}
	for _, field := range fields {
		var value any
		switch {
		case field.Bytes != nil:
			value = base64url.EncodeToString(*field.Bytes)
		case field.Text != nil:
			value = *field.Text
		case field.Number != nil:
			value = *field.Number
		case field.Certificates != nil:
			texts := []string{}
			for _, certificate := range *field.Certificates {
				texts = append(texts, base64.StdEncoding.EncodeToString(certificate))
			}
			value = texts
		case field.Fields != nil:
			object, err := encodeObject(*field.Fields)
			if err != nil {
				return nil, err
			}
			value = json.RawMessage(object)
		default:
			return nil, fmt.Errorf("%s has no value of a known form", field.Name)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		label := field.Label
		if label[0] != '"' {
			label = json.RawMessage(`"` + string(label) + `"`)
		}
		parts = append(parts, slices.Concat(label, []byte(":"), text))
	}
	return slices.Concat([]byte("{"), bytes.Join(parts, []byte(",")), []byte("}")), nil
}

// encodeVector writes a vector of TLS with its length in front.
func encodeVector(size int, value []byte) []byte {
	length := binary.BigEndian.AppendUint32(nil, uint32(len(value)))
	return append(length[4-size:], value...)
}

// encodeHandshake writes a handshake message.
func encodeHandshake(kind int, body []byte) []byte {
	return append([]byte{byte(kind)}, encodeVector(3, body)...)
}

// StageExtension is an extension in the value of a stage.
type StageExtension struct {
	Name string `json:"name"`
	Type uint16 `json:"type"`
	Data Hex    `json:"data"`
}

// encodeExtensions writes a block of extensions with its length.
func encodeExtensions(list []StageExtension) []byte {
	block := []byte{}
	for _, extension := range list {
		block = append(binary.BigEndian.AppendUint16(block, extension.Type), encodeVector(2, extension.Data)...)
	}
	return encodeVector(2, block)
}

// StageCMW is the value of the stage cmw.
type StageCMW struct {
	Form           string          `json:"form"`
	Encoding       string          `json:"encoding"`
	Type           json.RawMessage `json:"type"`
	Value          Hex             `json:"value"`
	Indicator      *int64          `json:"indicator"`
	ValueAs        string          `json:"valueAs"`
	Tag            uint64          `json:"tag"`
	CollectionType *string         `json:"collectionType"`
	Items          []StageItem     `json:"items"`
}

// StageItem is an item of a collection.
type StageItem struct {
	Name  string          `json:"name"`
	Label json.RawMessage `json:"label"`
	CMW   StageCMW        `json:"cmw"`
}

// encode writes the CMW (draft-ietf-rats-msg-wrap section 3).
func (c StageCMW) encode() ([]byte, error) {
	switch c.Form + " " + c.Encoding {
	case "record cbor":
		kind, err := encodeLabel(c.Type)
		if err != nil {
			return nil, err
		}
		if c.Indicator == nil {
			return slices.Concat(cborHead(4, 2), kind, encodeBytes(c.Value)), nil
		}
		return slices.Concat(cborHead(4, 3), kind, encodeBytes(c.Value), encodeNumber(*c.Indicator)), nil
	case "record json":
		var value string
		switch c.ValueAs {
		case "", "base64url":
			value = base64url.EncodeToString(c.Value)
		case "verbatim":
			value = string(c.Value)
		default:
			return nil, fmt.Errorf("valueAs: no %q is known", c.ValueAs)
		}
		members := []any{c.Type, value}
		if c.Indicator != nil {
			members = append(members, *c.Indicator)
		}
		return json.Marshal(members)
	case "tag cbor":
		return append(cborHead(6, c.Tag), encodeBytes(c.Value)...), nil
	case "collection cbor":
		out, count := []byte{}, uint64(len(c.Items))
		if c.CollectionType != nil {
			count++
			out = append(encodeText("__cmwc_t"), encodeText(*c.CollectionType)...)
		}
		for _, item := range c.Items {
			label, err := encodeLabel(item.Label)
			if err != nil {
				return nil, err
			}
			inner, err := item.CMW.encode()
			if err != nil {
				return nil, err
			}
			out = slices.Concat(out, label, inner)
		}
		return append(cborHead(5, count), out...), nil
	case "collection json":
		parts := [][]byte{}
		if c.CollectionType != nil {
			text, err := json.Marshal(*c.CollectionType)
			if err != nil {
				return nil, err
			}
			parts = append(parts, append([]byte(`"__cmwc_t":`), text...))
		}
		for _, item := range c.Items {
			inner, err := item.CMW.encode()
			if err != nil {
				return nil, err
			}
			parts = append(parts, slices.Concat(item.Label, []byte(":"), inner))
		}
		return slices.Concat([]byte("{"), bytes.Join(parts, []byte(",")), []byte("}")), nil
	}
	return nil, errors.New("no form " + c.Form + " is known in " + c.Encoding)
}
