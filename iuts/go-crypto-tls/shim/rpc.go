package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"expat-conformance/iuts/go-crypto-tls/refusal"
)

// Error codes of the control protocol.
const (
	codeParse         = -32700
	codeMethodUnknown = -32601
	codeParams        = -32602
	codeInternal      = -32603
	codeUnsupported   = -32001
)

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

func (e *rpcError) Error() string { return e.Message }

func wrongParams(format string, arguments ...any) error {
	return &rpcError{Code: codeParams, Message: fmt.Sprintf(format, arguments...)}
}

func unsupported(feature string) error {
	return &rpcError{Code: codeUnsupported, Message: feature + " is not supported", Data: map[string]string{"feature": feature}}
}

type call struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

type reply struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// refused is the result where the implementation says no.
type refused struct {
	Refused struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	} `json:"refused"`
}

// octets is a byte string: hexadecimal in JSON, and nil where it is absent or null.
type octets []byte

func (o octets) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(o)) }

func (o *octets) UnmarshalJSON(text []byte) error {
	if string(text) == "null" { // the length zero is something else
		*o = nil
		return nil
	}
	var digits string
	if err := json.Unmarshal(text, &digits); err != nil {
		return err
	}
	decoded, err := hex.DecodeString(digits)
	*o = decoded
	return err
}

// method wraps a handler of typed parameters.
type method func(params json.RawMessage) (any, error)

func typed[P any](handle func(P) (any, error)) method {
	return func(raw json.RawMessage) (any, error) {
		var params P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &params); err != nil {
				return nil, wrongParams("%v", err)
			}
		}
		return handle(params)
	}
}

// serve answers calls, one JSON object a line, until bye or the end of the input. Calls run side by side; the harness
// has no more outstanding than hello says.
func (s *server) serve(input io.Reader, output io.Writer) error {
	reader := bufio.NewReader(input) // and no Scanner: a line may be 1 MiB long
	var writing sync.Mutex
	write := func(answer reply) {
		line, err := json.Marshal(answer)
		if err != nil {
			panic(err) // replies hold nothing that cannot be marshalled
		}
		writing.Lock()
		defer writing.Unlock()
		_, _ = output.Write(append(line, '\n')) // whoever has closed stdout ends stdin too
	}
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var request call
			if failed := json.Unmarshal(line, &request); failed != nil {
				write(reply{Version: "2.0", ID: json.RawMessage("null"), Error: &rpcError{Code: codeParse, Message: failed.Error()}})
			} else if request.Method == "bye" {
				write(reply{Version: "2.0", ID: request.ID, Result: struct{}{}})
				return nil
			} else {
				go func() { write(s.answer(request)) }()
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *server) answer(request call) reply {
	answer := reply{Version: "2.0", ID: request.ID}
	handle, known := s.methods[request.Method]
	if !known {
		answer.Error = &rpcError{Code: codeMethodUnknown, Message: fmt.Sprintf("there is no method %q", request.Method)}
		return answer
	}
	result, err := handle(request.Params)
	var no *refusal.Refusal
	var failed *rpcError
	switch {
	case err == nil:
		answer.Result = result
	case errors.As(err, &no):
		var decision refused
		decision.Refused.Code, decision.Refused.Detail = no.Code, no.Detail
		answer.Result = decision
	case errors.As(err, &failed):
		answer.Error = failed
	default:
		answer.Error = &rpcError{Code: codeInternal, Message: err.Error()}
	}
	return answer
}
