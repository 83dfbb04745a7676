package main

import "fmt"

// Refusal is where and why this program refuses a message. Its steps have the names of the flags' findings.
type Refusal struct {
	Step string
	Why  string
}

func (r *Refusal) String() string {
	if r == nil {
		return "accepted"
	}
	return fmt.Sprintf("refused at %s: %s", r.Step, r.Why)
}

// refuse makes a refusal.
func refuse(step, format string, values ...any) *Refusal {
	return &Refusal{step, fmt.Sprintf(format, values...)}
}

// Opinion sets what a library says of a part of a message beside what this program reads in it.
type Opinion struct {
	Library      string
	Question     string
	Mine, Theirs error
}

// agrees tells whether both accept or both refuse.
func (o Opinion) agrees() bool { return (o.Mine == nil) == (o.Theirs == nil) }

func (o Opinion) String() string {
	return fmt.Sprintf("%s (%s): %s; this program: %s", o.Library, o.Question, verdict(o.Theirs), verdict(o.Mine))
}

func verdict(err error) string {
	if err == nil {
		return "accepted"
	}
	return "refused, " + err.Error()
}

// Opinions collects what the libraries say while a message is judged.
type Opinions []Opinion

func (o *Opinions) add(library, question string, mine, theirs error) {
	*o = append(*o, Opinion{library, question, mine, theirs})
}
