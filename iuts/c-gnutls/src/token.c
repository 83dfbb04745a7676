#include "token.h"

#include "cbor_strict.h"
#include "text.h"

static const struct token_algorithm ALGORITHMS[] = {
    {-7, "ES256", {GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP256R1, 32}},
    {-35, "ES384", {GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP384R1, 48}},
    {-8, "EdDSA", {GNUTLS_SIGN_EDDSA_ED25519, GNUTLS_PK_EDDSA_ED25519, GNUTLS_ECC_CURVE_INVALID, 0}},
    {-37, "PS256", {GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID, 0}},
};

const struct token_algorithm *token_algorithm_at(size_t index)
{
    return index < sizeof ALGORITHMS / sizeof *ALGORITHMS ? &ALGORITHMS[index] : NULL;
}

static void release_json(void *value)
{
    json_decref(value);
}

bool json_read(struct call *call, struct view octets, const char *code, json_t **value)
{
    json_error_t error;
    *value = json_loadb((const char *)octets.data, octets.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (*value == NULL)
        return call_refuse(call, code, "no JSON: %s", error.text);
    call_defer(call, release_json, *value);
    return true;
}

bool claims_verify(struct call *call, bool jwt, struct view token, const struct roots *roots, const char *code, struct claims *claims)
{
    struct signed_message content;
    cbor_item_t *map;
    *claims = (struct claims){0};
    if (jwt) {
        if (!jose_verify(call, token, roots, code, &content) || !json_read(call, content.payload, code, &claims->object))
            return false;
        return json_is_object(claims->object) || call_refuse(call, code, "the claims are no object");
    }
    if (!cose_verify(call, token, roots, code, &content) || !cbor_read(call, content.payload, code, &map))
        return false;
    claims->map = map;
    return cbor_isa_map(map) || call_refuse(call, code, "the claims are no map");
}

/* A time is an integer: a floating-point number is an error in an EAR (section 3), and has no use in an EAT (RFC 9711 section 4.3.1). */
static bool claims_time(struct call *call, const struct claims *claims, int64_t label, const char *name, bool *present, int64_t *value)
{
    const cbor_item_t *item = cbor_map_find(claims->map, label);
    const json_t *member = json_object_get(claims->object, name);
    *present = item != NULL || member != NULL;
    *value = json_integer_value(member);
    if (*present && !json_is_integer(member) && !cbor_integer(item, value))
        return call_refuse(call, "policy", "%s is no integer", name);
    return true;
}

bool claims_check_times(struct call *call, const struct claims *claims, time_t now)
{
    bool present;
    int64_t value;
    if (!claims_time(call, claims, 4, "exp", &present, &value))
        return false;
    if (present && now >= value)
        return call_refuse(call, "policy", "the token has expired");
    if (!claims_time(call, claims, 5, "nbf", &present, &value))
        return false;
    if (present && now < value)
        return call_refuse(call, "policy", "the token does not count yet");
    return claims_time(call, claims, 6, "iat", &present, &value);
}

bool claims_bytes(struct call *call, const struct claims *claims, int64_t label, const char *name, struct view *octets)
{
    if (claims->map != NULL)
        return cbor_bytes(cbor_map_find(claims->map, label), octets);
    const json_t *member = json_object_get(claims->object, name);
    return json_is_string(member) && text_unbase64url(call, view_of(json_string_value(member), json_string_length(member)), octets);
}
