package main

import (
	"fmt"
)

// Problem is something on which this program, a library and a file do not agree.
type Problem struct {
	Vector   string
	Library  string // "vectors" where the file itself is not confirmed
	Question string
	Text     string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: %s (%s): %s", p.Vector, p.Library, p.Question, p.Text)
}

// confirmVector confirms one vector, or says what there is against it: the result with the step that is promised, what the stages show, and
// what each library says of its part.
func confirmVector(file *File, group Group, vector Vector) []Problem {
	c, err := newCase(file, group, vector)
	if err != nil {
		return []Problem{{vector.ID, "vectors", "format", err.Error()}}
	}
	problems := []Problem{}
	opinions := Opinions{}
	refusal, err := judge(c, &opinions)
	switch {
	case err != nil:
		problems = append(problems, Problem{c.ID, "vectors", "format", err.Error()})
	case c.Valid && refusal != nil:
		problems = append(problems, Problem{c.ID, "vectors", "result", "said to be valid, and " + refusal.String()})
	case !c.Valid && refusal == nil:
		problems = append(problems, Problem{c.ID, "vectors", "result", "said to be refused at " + c.Promised + ", and accepted"})
	case !c.Valid && refusal.Step != c.Promised:
		problems = append(problems, Problem{c.ID, "vectors", "reason", "said to be refused at " + c.Promised + ", and " + refusal.String()})
	}
	for _, difference := range checkStages(c) {
		problems = append(problems, Problem{c.ID, "vectors", "stages", difference.Error()})
	}
	for _, opinion := range opinions {
		if !opinion.agrees() {
			problems = append(problems, Problem{c.ID, opinion.Library, opinion.Question,
				fmt.Sprintf("%s; this program: %s", verdict(opinion.Theirs), verdict(opinion.Mine))})
		}
	}
	return problems
}

// Tally counts what came of a topic.
type Tally struct {
	vectors, valid, invalid       int // all, and those that are confirmed
	validOf, invalidOf            int
	disagreements, known, unknown int
}

// confirmFile confirms all vectors of a file; each problem and each verdict is told to the caller.
func confirmFile(file *File, register *Register, tell func(line string), verbose bool) Tally {
	tally := Tally{}
	settle := func(problem Problem) bool {
		tally.disagreements++
		if entry := register.find(problem); entry != nil {
			tally.known++
			tell("known: " + problem.String())
			tell("    right: " + entry.Right + ": " + entry.Why)
			return problem.Library != "vectors"
		}
		tally.unknown++
		tell("DISAGREEMENT: " + problem.String())
		return false
	}
	for _, problem := range checkKeys(file) {
		settle(Problem{file.Topic, "vectors", "keys", problem.Error()})
	}
	for _, group := range file.Groups {
		for _, vector := range group.Vectors {
			confirmed := true
			for _, problem := range confirmVector(file, group, vector) {
				confirmed = settle(problem) && confirmed
			}
			tally.vectors++
			ok := 0
			if confirmed {
				ok = 1
			}
			if vector.Result == "valid" {
				tally.validOf++
				tally.valid += ok
			} else {
				tally.invalidOf++
				tally.invalid += ok
			}
			if verbose && confirmed {
				tell("confirmed: " + vector.ID + " (" + vector.Result + ")")
			}
		}
	}
	return tally
}

// add sums the counts of topics up.
func (t *Tally) add(other Tally) {
	t.vectors += other.vectors
	t.valid += other.valid
	t.invalid += other.invalid
	t.validOf += other.validOf
	t.invalidOf += other.invalidOf
	t.disagreements += other.disagreements
	t.known += other.known
	t.unknown += other.unknown
}
