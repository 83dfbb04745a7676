// Package refusal holds the error by which the implementation says no to what it was given, as opposed to a fault of its own.
package refusal

import "fmt"

// Refusal is a decision: the input is not acceptable. Every other error means that no decision was made.
type Refusal struct {
	Code   string // one of the known codes of docs/iut-protocol.md
	Detail string
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Detail }

// New makes a refusal with a formatted detail.
func New(code, format string, arguments ...any) error {
	return &Refusal{Code: code, Detail: fmt.Sprintf(format, arguments...)}
}
