#include "evidence.h"

#include "cbor_strict.h"
#include "text.h"
#include "token.h"

#include <stdlib.h>

static const char EAT_PROFILE[] = "tag:expat-conformance,2026:evidence";

enum { CLAIM_UEID = 256, CLAIM_EAT_PROFILE = 265, CLAIM_MEASUREMENT = -65538 };

static struct view cwt_claims(struct call *call, const struct profile *profile, const struct attestation *attestation,
                              const struct binding *binding)
{
    cbor_item_t *map = cbor_new_definite_map(5);
    cbor_map_put(map, profile->nonce_cwt, cbor_make_bytes(binding->binding));
    cbor_map_put(map, CLAIM_UEID, cbor_make_bytes(attestation->ueid));
    cbor_map_put(map, CLAIM_EAT_PROFILE, cbor_build_string(EAT_PROFILE));
    cbor_map_put(map, profile->aik_hash_cwt, cbor_make_bytes(binding->aik_hash));
    cbor_map_put(map, CLAIM_MEASUREMENT, cbor_make_bytes(attestation->measurement));
    return cbor_finish(call, map);
}

static struct view jwt_claims(struct call *call, const struct profile *profile, const struct attestation *attestation,
                              const struct binding *binding)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", profile->nonce_jwt, text_base64url(call, binding->binding), "ueid",
                               text_base64url(call, attestation->ueid), "eat_profile", EAT_PROFILE, profile->aik_hash_jwt,
                               text_base64url(call, binding->aik_hash), "measurement", text_base64url(call, attestation->measurement));
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (text == NULL)
        abort();
    call_defer(call, free, text);
    return view_of_text(text);
}

bool evidence_make(struct call *call, const struct profile *profile, const struct attestation *attestation, const struct binding *binding,
                   struct view *evidence)
{
    if (attestation->jwt)
        return jose_sign(call, jwt_claims(call, profile, attestation, binding), attestation->key, &attestation->chain, evidence);
    return cose_sign(call, cwt_claims(call, profile, attestation, binding), attestation->key, &attestation->chain, evidence);
}

bool evidence_appraise(struct call *call, const struct profile *profile, const struct message *message, const struct binding *binding,
                       const struct appraisal_policy *policy)
{
    struct claims claims;
    struct view found;
    if (!claims_verify(call, message->jwt, message->value, &policy->evidence, "evidence-signature", &claims) ||
        !claims_check_times(call, &claims, policy->evidence.now))
        return false;
    /* The nonce is one string and the binding in full (expat section 5.1); a list of nonces is more than that. */
    if (!claims_bytes(call, &claims, profile->nonce_cwt, profile->nonce_jwt, &found) || !view_equal_secret(found, binding->binding))
        return call_refuse(call, "binding-mismatch", "the nonce of the Evidence is not the binding of this exchange");
    if (!claims_bytes(call, &claims, profile->aik_hash_cwt, profile->aik_hash_jwt, &found) || !view_equal_secret(found, binding->aik_hash))
        return call_refuse(call, "aik-mismatch", "AIK_pub_hash is not the hash of the end-entity key");
    if (policy->measured &&
        (!claims_bytes(call, &claims, CLAIM_MEASUREMENT, "measurement", &found) || !view_equal(found, policy->measurement)))
        return call_refuse(call, "policy", "the measurement is not the reference value");
    return true;
}
