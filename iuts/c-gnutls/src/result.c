#include "evidence.h"

#include "cbor_strict.h"
#include "text.h"
#include "token.h"

#include <string.h>

/* Numbers of EAR claims in CBOR; their names in JSON stand beside where they are read. */
enum { CLAIM_SUBMODS = 266, CLAIM_STATUS = 1000, CLAIM_KEY_ATTESTATION = -70002, STATUS_AFFIRMING = 2 };

/*
 * One appraisal (EAR section 3.1). Its status is the word in JSON and the number in CBOR. Only affirming grants access: of a warning the
 * text leaves that to the policy, and there is none that says so. The key that it speaks of is there, and is the end-entity's
 * (section 4.5).
 */
static bool check_appraisal(struct call *call, const struct claims *appraisal, struct view spki)
{
    int64_t number;
    const char *word = json_string_value(json_object_get(appraisal->object, "ear.status"));
    bool affirms = appraisal->map != NULL ? cbor_integer(cbor_map_find(appraisal->map, CLAIM_STATUS), &number) && number == STATUS_AFFIRMING
                                          : word != NULL && strcmp(word, "affirming") == 0;
    if (!affirms)
        return call_refuse(call, "policy", "an appraisal of the Attestation Result does not affirm");
    struct view key;
    if (appraisal->map != NULL) {
        if (!cbor_bytes(cbor_map_find_text(cbor_map_find(appraisal->map, CLAIM_KEY_ATTESTATION), "akpub"), &key))
            return call_refuse(call, "aik-mismatch", "an appraisal does not say of which key it speaks");
    } else {
        const struct claims attestation = {.object = json_object_get(appraisal->object, "ear.veraison.key-attestation")};
        if (!claims_bytes(call, &attestation, 0, "akpub", &key))
            return call_refuse(call, "aik-mismatch", "an appraisal does not say of which key it speaks");
    }
    return view_equal(key, spki) || call_refuse(call, "aik-mismatch", "the Attestation Result speaks of another key");
}

/* The map of submodules holds one appraisal at least (section 3), and each one counts. */
static bool check_submodules(struct call *call, const struct claims *claims, struct view spki)
{
    const cbor_item_t *map = cbor_map_find(claims->map, CLAIM_SUBMODS);
    json_t *object = json_object_get(claims->object, "submods"), *value;
    const char *name;
    size_t count = 0;
    if (map != NULL && cbor_isa_map(map)) {
        for (; count < cbor_map_size(map); count++)
            if (!check_appraisal(call, &(struct claims){.map = cbor_map_handle(map)[count].value}, spki))
                return false;
    }
    json_object_foreach(object, name, value)
    {
        if (!check_appraisal(call, &(struct claims){.object = value}, spki))
            return false;
        count++;
    }
    return count != 0 || call_refuse(call, "policy", "the Attestation Result holds no appraisal");
}

bool result_appraise(struct call *call, const struct message *message, struct view spki, const struct appraisal_policy *policy)
{
    struct claims claims;
    return claims_verify(call, message->jwt, message->value, &policy->results, "result-signature", &claims) &&
           claims_check_times(call, &claims, policy->results.now) && check_submodules(call, &claims, spki);
}
