package main

import (
	"io"
	"testing"
	"time"
)

func TestTakeKeepsWhatIsTooLittle(t *testing.T) {
	source, sink := io.Pipe()
	from := newStream(source)
	if _, err := sink.Write([]byte("abcde")); err != nil {
		t.Fatal(err)
	}
	if data, err := from.take(2, time.Second); err != nil || string(data) != "ab" {
		t.Fatalf("%q, %v", data, err)
	}
	if data, err := from.take(4, time.Millisecond); err == nil {
		t.Fatalf("%q came out of three octets", data)
	}
	if data, err := from.take(3, time.Second); err != nil || string(data) != "cde" {
		t.Fatalf("%q, %v", data, err)
	}
	_ = sink.Close()
	if _, err := from.take(1, time.Minute); err == nil {
		t.Fatal("the end was not noticed")
	}
}
