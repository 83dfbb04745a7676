// Command confirm reads the vectors of expat-conformance and agrees with them, or says where not. It shares no code with the suite: it is
// written from the specifications and docs/vectors.md, on libraries of the field.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	directory := flag.String("vectors", "../../../vectors", "directory with the files of vectors")
	verbose := flag.Bool("v", false, "name each vector that is confirmed")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Usage: confirm [-v] [-vectors DIRECTORY]\n\nExit codes: 0 all agree, 1 an unknown disagreement, 2 a file cannot be read, or a topic is new or missing.\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "confirm: unexpected argument %q; the directory is given with -vectors\n", flag.Arg(0))
		os.Exit(2)
	}
	os.Exit(run(*directory, *verbose, os.Stdout))
}

// topics are the topics that there are; one more or one less is an error, so that none is left out unseen.
var topics = []string{"attestation-results", "authenticators", "bindings", "cmw", "empty-and-spontaneous", "evidence-cwt", "evidence-jwt", "exchanges",
	"exporter", "requests", "transcript"}

// run confirms all files of a directory and prints the counts. It returns the exit code.
func run(directory string, verbose bool, out io.Writer) int {
	register, err := readRegister(knownDisagreements)
	if err != nil {
		fmt.Fprintln(out, err)
		return 2
	}
	names, err := topicFiles(directory)
	if err != nil {
		fmt.Fprintln(out, err)
		return 2
	}
	total := Tally{}
	code := 0
	found := []string{}
	for _, name := range names {
		found = append(found, strings.TrimSuffix(filepath.Base(name), ".json"))
	}
	if !slices.Equal(found, topics) {
		fmt.Fprintf(out, "%s: expected the topics %v, found %v: teach this program the new ones (topics in main.go)\n", directory, topics, found)
		code = 2
	}
	for _, name := range names {
		file, err := loadFile(name)
		if err != nil {
			fmt.Fprintln(out, err)
			code = 2
			continue
		}
		lines := []string{}
		tally := confirmFile(file, register, func(line string) { lines = append(lines, line) }, verbose)
		for _, line := range lines {
			fmt.Fprintln(out, "  "+line)
		}
		fmt.Fprintf(out, "%s: %d vectors, %d of %d valid confirmed, %d of %d invalid refused for the promised reason, %d disagreements (%d known)\n",
			file.Topic, tally.vectors, tally.valid, tally.validOf, tally.invalid, tally.invalidOf, tally.disagreements, tally.known)
		total.add(tally)
	}
	if code == 0 {
		for _, line := range register.stale() {
			fmt.Fprintln(out, line)
			total.unknown++
		}
	}
	fmt.Fprintf(out, "confirmed %d of %d vectors (%d valid, %d invalid), %d disagreements known, %d unknown\n",
		total.valid+total.invalid, total.vectors, total.valid, total.invalid, total.known, total.unknown)
	if code == 0 && total.unknown > 0 {
		code = 1
	}
	return code
}
