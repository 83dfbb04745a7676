/* The end that asks for authenticators (RFC 9261 section 4) and validates them (sections 5.2.4 and 7.4). */
#ifndef RELYING_PARTY_H
#define RELYING_PARTY_H

#include "connection.h"
#include "profile.h"

struct validated {
    struct view context;
    struct views chain; /* as received, leaf first */
    struct attested attested;
};

/* Makes a request. `context` NULL: a new one is drawn. Refuses the call where the context was used on the connection before. */
bool relying_party_request(struct call *call, struct connection *connection, const struct profile *profile,
                           const struct code_points *schemes, bool attestation, const struct view *context, struct view *request);

/* Validates an authenticator; `request` NULL: a spontaneous one. A context counts as validated only if all is accepted. */
bool relying_party_validate(struct call *call, struct connection *connection, const struct profile *profile, const struct view *request,
                            struct view authenticator, const struct roots *pkix, const struct appraisal_policy *policy,
                            struct validated *validated);

#endif
