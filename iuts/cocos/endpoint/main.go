// Command endpoint is an attesting server on the transport of Cocos AI, for driving Cocos as it is
// deployed: framing, refusals and order of events are those of its transport and not of a shim.
//
// After the TLS handshake the client sends a frame with a ClientCertificateRequest and gets a frame with
// the authenticator. A frame is one byte of type (1 request, 2 authenticator), four bytes of length in
// network order, and the message.
//
// The transport is imported by its own path. The functions of the same names in pkg/atls only forward to
// it, but that package also pulls in the clients of every TEE that Cocos knows.
package main

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"expat-conformance/iuts/cocos/evidence"

	transport "github.com/ultravioletrs/cocos/pkg/atls/internal_transport"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "cocos endpoint:", err)
	os.Exit(1)
}

type settings struct {
	host                        string
	port                        int
	identityCert, identityKey   string
	attestationKey, attestChain string
	ueid, measurement           string
}

func run(args []string, out io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("endpoint", flag.ContinueOnError)
	flags.StringVar(&s.host, "host", "127.0.0.1", "address to listen on")
	flags.IntVar(&s.port, "port", 0, "port to listen on; 0 chooses one")
	flags.StringVar(&s.identityCert, "identity-cert", "", "PEM: certificate chain of the TLS handshake and of the authenticator")
	flags.StringVar(&s.identityKey, "identity-key", "", "PEM: its key, PKCS #8")
	flags.StringVar(&s.attestationKey, "attestation-key", "", "PEM: key that signs Evidence, PKCS #8")
	flags.StringVar(&s.attestChain, "attestation-chain", "", "PEM: its certificates, leaf first, without the root")
	flags.StringVar(&s.ueid, "ueid", "", "claim ueid, hexadecimal")
	flags.StringVar(&s.measurement, "measurement", "", "claim measurement, hexadecimal")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := s.serverConfig()
	if err != nil {
		return err
	}
	listener, err := transport.Listen("tcp", net.JoinHostPort(s.host, strconv.Itoa(s.port)), config)
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Fprintf(out, "listening %s\n", listener.Addr())
	return serve(listener)
}

// serverConfig fills in what Cocos's ingress proxy fills in (pkg/ingress/proxy.go, attestedListener), with
// the TLS settings of BuildServerTLSConfig. Like the proxy it sets no Session: one would be shared by all
// connections of the listener. So nothing here detects a context that is used again; with one exchange
// a connection there is nothing to detect either.
func (s *settings) serverConfig() (*transport.ServerConfig, error) {
	identity, err := tls.LoadX509KeyPair(s.identityCert, s.identityKey)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	attester, err := s.attester()
	if err != nil {
		return nil, err
	}
	return &transport.ServerConfig{
		TLSConfig: &tls.Config{
			MinVersion:   tls.VersionTLS13,
			ClientAuth:   tls.NoClientCert,
			Certificates: []tls.Certificate{identity},
		},
		Identity:            identity,
		BuildLeafExtensions: attester.LeafExtensions,
	}, nil
}

func (s *settings) attester() (*evidence.Attester, error) {
	keys, err := readPEM(s.attestationKey)
	if err != nil {
		return nil, fmt.Errorf("attestation key: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keys[0])
	if err != nil {
		return nil, fmt.Errorf("attestation key: %w", err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("attestation key: a %T cannot sign", parsed)
	}
	out := &evidence.Attester{Key: key}
	if out.Chain, err = readPEM(s.attestChain); err != nil {
		return nil, fmt.Errorf("attestation chain: %w", err)
	}
	if out.UEID, err = hex.DecodeString(s.ueid); err != nil {
		return nil, fmt.Errorf("ueid: %w", err)
	}
	if out.Measurement, err = hex.DecodeString(s.measurement); err != nil {
		return nil, fmt.Errorf("measurement: %w", err)
	}
	return out, nil
}

// serve takes one connection after the other. Accept of Cocos's listener performs the handshake and the
// whole exchange, so a client that stays silent holds up the next one, and a client that fails shows up
// as an error of Accept; the loop goes on, or a single refusal would end the program.
func serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "refused:", err)
			continue
		}
		// Keep the connection until the peer closes it: closing would look like a refusal.
		go func() {
			defer conn.Close()
			_, _ = io.Copy(io.Discard, conn)
		}()
	}
}

// readPEM returns the contents of all PEM blocks of a file.
func readPEM(path string) ([][]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		out = append(out, block.Bytes)
		text = rest
	}
	if len(out) == 0 {
		return nil, errors.New("no PEM block in " + path)
	}
	return out, nil
}
