// Command shim puts exported authenticators and exported attestation over Go's crypto/tls behind the IUT control
// protocol (docs/iut-protocol.md), on stdin and stdout.
package main

import (
	"log"
	"os"
)

func main() {
	log.SetFlags(0) // to stderr, which the harness keeps
	if err := newServer().serve(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}
