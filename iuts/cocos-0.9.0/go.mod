module expat-conformance/iuts/cocos

go 1.26.0

require (
	github.com/fxamacker/cbor/v2 v2.9.0
	github.com/ultravioletrs/cocos v0.9.0
	github.com/veraison/go-cose v1.3.0
)

require github.com/x448/float16 v0.8.4 // indirect
