package main

import (
	"bytes"
	"net"
	"sync"

	"golang.org/x/crypto/cryptobyte"

	"expat-conformance/iuts/go-crypto-tls/authenticator"
)

// recordingConn keeps the start of what is written. A client validates an authenticator without a request by its own
// ClientHello (RFC 9261 section 5.2), which crypto/tls shows to servers alone.
type recordingConn struct {
	net.Conn
	lock    sync.Mutex
	written bytes.Buffer
}

// recordedLength has room for any ClientHello of crypto/tls.
const recordedLength = 1 << 14

func (c *recordingConn) Write(octets []byte) (int, error) {
	c.lock.Lock()
	if room := recordedLength - c.written.Len(); room > 0 {
		c.written.Write(octets[:min(room, len(octets))])
	}
	c.lock.Unlock()
	return c.Conn.Write(octets)
}

// clientHello reads the ClientHello that was written, a record of its own (RFC 8446 sections 5.1 and 4.1.2). The zero
// value, which allows no extension and no scheme, comes of one that cannot be read.
func (c *recordingConn) clientHello() authenticator.ClientHello {
	c.lock.Lock()
	defer c.lock.Unlock()
	hello := authenticator.ClientHello{Schemes: []authenticator.Scheme{}}
	input := cryptobyte.String(c.written.Bytes())
	var kind uint8
	var record, body, ignored, extensions cryptobyte.String
	if !input.Skip(3) || !input.ReadUint16LengthPrefixed(&record) ||
		!record.ReadUint8(&kind) || !record.ReadUint24LengthPrefixed(&body) ||
		!body.Skip(2+32) || !body.ReadUint8LengthPrefixed(&ignored) || !body.ReadUint16LengthPrefixed(&ignored) ||
		!body.ReadUint8LengthPrefixed(&ignored) || !body.ReadUint16LengthPrefixed(&extensions) {
		return hello
	}
	for !extensions.Empty() {
		var extension uint16
		var data, list cryptobyte.String
		if !extensions.ReadUint16(&extension) || !extensions.ReadUint16LengthPrefixed(&data) {
			return hello
		}
		hello.Extensions = append(hello.Extensions, extension)
		if extension == 13 && data.ReadUint16LengthPrefixed(&list) { // signature_algorithms
			for scheme := uint16(0); list.ReadUint16(&scheme); {
				hello.Schemes = append(hello.Schemes, authenticator.Scheme(scheme))
			}
		}
	}
	return hello
}
