/* The methods of the control protocol (docs/iut-protocol.md). */
#ifndef METHODS_H
#define METHODS_H

#include "channel.h"
#include "profile.h"

#include <jansson.h>

struct shim {
    struct channel *channels;
    struct profile profile;
    bool ended; /* `bye` was said */
};

/* A method makes a result, which the caller owns, or says in the call why there is none. */
typedef bool method(struct call *call, struct shim *shim, const json_t *params, json_t **result);

/* NULL where there is no such method. */
method *method_find(const char *name);

/* `hello` (hello.c), and the three that make and judge authenticators (exchange.c, appraise.c). */
method hello, exchange_request, exchange_authenticate, exchange_validate, exchange_context, appraise;

/* The channel that the parameters name. Misused where there is none. */
bool channel_find(struct call *call, const struct shim *shim, const json_t *params, struct channel **channel);

/* What `validate` and `appraise` have in common: `trust`, `policy`, `now`. */
bool read_policy(struct call *call, const json_t *params, struct roots *pkix, struct appraisal_policy *policy);
/* The answer of both. */
json_t *accepted(struct call *call, const struct view *context, const struct views *chain, const struct attested *attested);

json_t *json_octets(struct call *call, struct view octets);

#endif
