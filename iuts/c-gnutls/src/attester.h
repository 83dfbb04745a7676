/* The end that sends authenticators (RFC 9261 sections 5 and 6), with attestation where it is offered (expat section 3). */
#ifndef ATTESTER_H
#define ATTESTER_H

#include "connection.h"
#include "profile.h"

struct identity {
    struct views chain;
    struct view key; /* PKCS #8 */
};

/*
 * Makes an authenticator. `request` NULL: a spontaneous one; `identity` NULL: an empty one; `attestation` NULL: there is nothing to attest.
 * Where no scheme of the request fits the key, the authenticator is empty (section 6). Refuses the call where none is to be made.
 */
bool attester_authenticate(struct call *call, struct connection *connection, const struct profile *profile, const struct view *request,
                           const struct identity *identity, const struct attestation *attestation, struct view *authenticator);

#endif
