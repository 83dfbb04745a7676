/* Exported attestation (draft-fossati-seat-expat): binding, AIK hash, the extension, and the appraisal of what stands in it. */
#ifndef EXPAT_H
#define EXPAT_H

#include "connection.h"
#include "profile.h"

/* The two values that tie Evidence to connection, context and end-entity key (expat sections 5.1 and 5.2). */
struct binding {
    struct view binding, aik_hash;
};

/*
 * The data of cmw_attestation for the end-entity certificate `leaf` (DER): Evidence that is made here, or the Attestation Result that was
 * given. Misused where the key cannot be read.
 */
bool expat_attest(struct call *call, const struct connection *connection, const struct profile *profile, struct view context,
                  struct view leaf, const struct attestation *attestation, struct view *extension);

/*
 * Judges the data of cmw_attestation, NULL where there was none, by the policy (expat section 4). `key` is that of the end-entity
 * certificate. Refuses the call where attestation is missing though required, or does not verify in full.
 */
bool expat_appraise(struct call *call, const struct connection *connection, const struct profile *profile, struct view context,
                    gnutls_pubkey_t key, const struct view *extension, const struct appraisal_policy *policy, struct attested *attested);

#endif
