/*
 * One call of the control protocol: who owns its memory, and how it came out.
 *
 * Every allocation that serves one call has one owner, the call, and goes when the call ends. Nothing is freed by hand on the way, so
 * hostile input finds no path on which something is freed twice, or used afterwards. What has to live longer is copied by the channel.
 */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>

enum outcome {
    OUTCOME_DONE,        /* nothing speaks against it so far */
    OUTCOME_REFUSED,     /* the implementation rejects what it was given: a result */
    OUTCOME_FAILED,      /* a failure of our own: error -32603 */
    OUTCOME_UNSUPPORTED, /* an option that is not served: error -32001 */
    OUTCOME_MISUSED      /* a parameter of the wrong type, an unknown channel: error -32602 */
};

struct owned;

struct call {
    struct owned *owned;
    enum outcome outcome;
    const char *code; /* of a refusal (docs/iut-protocol.md), or the name of what is not supported */
    char detail[200];
};

/* Gives memory that is all zero and lives as long as the call. Ends the process where there is none left. */
void *call_take(struct call *call, size_t size);

/* Has `release(object)` called when the call ends, last in first out. */
void call_defer(struct call *call, void (*release)(void *), void *object);

/* Releases everything that the call owns. */
void call_end(struct call *call);

/* What these four say is final until call_retry. They return false, so that a step can end with `return call_refuse(…)`. */
bool call_refuse(struct call *call, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool call_fail(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool call_unsupported(struct call *call, const char *feature);
bool call_misused(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets a refusal, for where there is a second way. Returns false where the outcome was something else than a refusal. */
bool call_retry(struct call *call);

#endif
