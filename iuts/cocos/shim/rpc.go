package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
)

const (
	codeParse       = -32700
	codeInvalid     = -32600
	codeNoMethod    = -32601
	codeParams      = -32602
	codeInternal    = -32603
	codeUnsupported = -32001
)

// rpcError is an answer that the *shim* gives. What Cocos decides is a result, also when it says no.
type rpcError struct {
	Code    int            `json:"code"`
	Message string         `json:"message"`
	Data    map[string]any `json:"data,omitempty"`
}

func (e *rpcError) Error() string { return e.Message }

func badParams(format string, args ...any) error {
	return &rpcError{Code: codeParams, Message: fmt.Sprintf(format, args...)}
}

func unsupported(feature string) error {
	return &rpcError{Code: codeUnsupported, Message: "unsupported: " + feature, Data: map[string]any{"feature": feature}}
}

type rpcRequest struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

type rpcResponse struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// octets is a byte string of the protocol, written as lower-case hexadecimal. A pointer to it tells an
// absent or null member (nil) from a string of length zero.
type octets []byte

func (o octets) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(o)) }

func (o *octets) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	value, err := hex.DecodeString(text)
	if err != nil {
		return err
	}
	*o = value
	return nil
}

type handler func(s *shim, params json.RawMessage) (any, error)

var methods = map[string]handler{
	"hello":        method((*shim).hello),
	"open":         method((*shim).open),
	"request":      method((*shim).request),
	"authenticate": method((*shim).authenticate),
	"validate":     method((*shim).validate),
	"context":      method((*shim).context),
	"export":       method((*shim).export),
	"send":         method((*shim).send),
	"receive":      method((*shim).receive),
	"close":        method((*shim).closeChannel),
	"bye":          method((*shim).bye),
}

// method decodes the parameters of one method; members that it does not know are ignored.
func method[P any](f func(*shim, P) (any, error)) handler {
	return func(s *shim, raw json.RawMessage) (any, error) {
		var params P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &params); err != nil {
				return nil, badParams("params: %v", err)
			}
		}
		return f(s, params)
	}
}

// answer turns one line into the line to write. stop is true after `bye`.
func (s *shim) answer(line []byte) (out []byte, stop bool) {
	if !json.Valid(line) {
		return encode(rpcResponse{Error: &rpcError{Code: codeParse, Message: "not JSON"}}), false
	}
	var request rpcRequest
	if err := json.Unmarshal(line, &request); err != nil || request.Method == "" {
		return encode(rpcResponse{ID: request.ID, Error: &rpcError{Code: codeInvalid, Message: "not a JSON-RPC request"}}), false
	}
	response := rpcResponse{ID: request.ID}
	handle, known := methods[request.Method]
	if !known {
		response.Error = &rpcError{Code: codeNoMethod, Message: "method not found: " + request.Method}
	} else {
		result, err := guarded(handle, s, request.Params)
		response.Result = result
		response.Error = asRPCError(err)
	}
	if response.Error != nil {
		response.Result = nil
	}
	stop = request.Method == "bye"
	if len(request.ID) == 0 {
		return nil, stop // a notification is done, but never answered
	}
	return encode(response), stop
}

// guarded turns a panic into an error, so that one bad input costs one answer and not the whole run. A
// panic in Cocos is a finding: its text goes to the harness, its stack to stderr.
func guarded(handle handler, s *shim, params json.RawMessage) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", p, debug.Stack())
			err = &rpcError{Code: codeInternal, Message: fmt.Sprintf("panic: %v", p)}
		}
	}()
	return handle(s, params)
}

func asRPCError(err error) *rpcError {
	if err == nil {
		return nil
	}
	var known *rpcError
	if errors.As(err, &known) {
		return known
	}
	return &rpcError{Code: codeInternal, Message: err.Error()}
}

func encode(response rpcResponse) []byte {
	response.Version = "2.0"
	if len(response.ID) == 0 {
		response.ID = json.RawMessage("null")
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(response); err != nil {
		panic(err) // every result type of this program can be encoded
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}
