// Command shim lets the conformance harness drive the attested TLS of Cocos AI (pkg/atls of
// github.com/ultravioletrs/cocos) over the IUT control protocol: JSON-RPC 2.0, one object a line.
//
// It translates and adds nothing. What Cocos accepts is reported as accepted, also where it should not
// be; what Cocos has no function for is reported as unsupported.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
)

// lineBuffer is the size of the read buffer. A line may be longer (a request for a 64 KiB payload in
// hexadecimal is, and the protocol allows 1 MiB): ReadBytes grows as needed, a bufio.Scanner would fail.
const lineBuffer = 1 << 20

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "cocos shim:", err)
		os.Exit(1)
	}
}

// serve answers requests one after the other (concurrency 1) until `bye` or the end of the input.
func serve(in io.Reader, out io.Writer) error {
	s := newShim()
	defer s.closeAll()
	reader := bufio.NewReaderSize(in, lineBuffer)
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		answer, stop := s.answer(line)
		if answer != nil {
			if _, err := out.Write(append(answer, '\n')); err != nil {
				return err
			}
		}
		if stop {
			return nil
		}
	}
}
