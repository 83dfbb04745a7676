/* Evidence (EAT, RFC 9711) and Attestation Results (EAR, draft-ietf-rats-ear) by the Evidence profile of docs/iut-protocol.md. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "cmw.h"
#include "expat.h"

/* Makes Evidence that holds the binding, the AIK hash and the claims that were given, signed with the attestation key. */
bool evidence_make(struct call *call, const struct profile *profile, const struct attestation *attestation, const struct binding *binding,
                   struct view *evidence);

/* Verifies Evidence up to an attestation root, compares binding, AIK hash and measurement. Refuses the call where one is wrong. */
bool evidence_appraise(struct call *call, const struct profile *profile, const struct message *message, const struct binding *binding,
                       const struct appraisal_policy *policy);

/* Verifies an Attestation Result up to its issuer; every appraisal in it affirms, and speaks of the end-entity key `spki`. */
bool result_appraise(struct call *call, const struct message *message, struct view spki, const struct appraisal_policy *policy);

#endif
