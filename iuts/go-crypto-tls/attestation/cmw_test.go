package attestation

import (
	"strings"
	"testing"

	"github.com/veraison/cmw"
)

func TestReadCMW(t *testing.T) {
	nested := func(depth int) string {
		return strings.Repeat(`{"a":`, depth) + `["a/b","YQ",4]` + strings.Repeat(`}`, depth)
	}
	for text, expected := range map[string]int{
		`["a/b","YQ",4]`:                               1,
		` ["a/b","YQ",4]`:                              0,
		`["a/b",5]`:                                    0, // at which veraison/cmw panics
		`["a/b","YQ",0]`:                               0,
		`["a/b","YQ",4294967296]`:                      0,
		`[263,"YQ"]`:                                   0,
		`["a/b","YR"]`:                                 0, // bits behind the last octet
		`["a/b","Y\nQ"]`:                               0,
		"{ \"a\" :\n [ \"a/b\" , \"YQ\" ] }":           1,
		`{"__cmwc_t":"2.5.4","a":["a/b","YQ"]}`:        1,
		`{"__cmwc_t":".5.4","a":["a/b","YQ"]}`:         0,
		`{"a":["a/b","YQ"],"a":["a/b","YQ"]}`:          0,
		`{}`:                                           0,
		nested(maximumDepth):                           1,
		nested(maximumDepth + 1):                       0,
		"\x83\x63a/b\x41a\x04":                         1,
		"\x83\x63a/b\x41a\x00":                         0,
		"\x82\x63a/b\x81\x01":                          0, // an array, which decodes as a byte string
		"\xa2\x01\x82\x63a/b\x41a\x20\x82\x63a/b\x41a": 2,
		"\xa2\x01\x82\x63a/b\x41a\x01\x82\x63a/b\x41a": 0,
		"\xa1\x41x\x82\x63a/b\x41a":                    0, // a label of bytes
		"\xda\x63\x74\x02\x0a\x41a":                    1, // the tag of Content-Format 264
		"\xda\x63\x74\x02\x00\x41a":                    0, // a number in the range that stands for no Content-Format
	} {
		records, err := readCMW([]byte(text), 0)
		if (err == nil) != (expected > 0) || len(records) != expected {
			t.Errorf("%q: %d records, %v", text, len(records), err)
		}
	}
}

func TestBuildCMWIsRead(t *testing.T) {
	for _, form := range []string{"", "record", "tag", "collection"} {
		for _, encoding := range []string{"cbor", "json"} {
			made, err := buildCMW(form, encoding, TypeCWT, []byte{1, 2}, cmw.Evidence)
			if err != nil {
				t.Fatal(form, encoding, err)
			}
			records, err := readCMW(made, 0)
			if err != nil || len(records) != 1 || records[0].mediaType != TypeCWT || len(records[0].value) != 2 {
				t.Errorf("%s in %s: %x, %v", form, encoding, made, err)
			}
		}
	}
}
