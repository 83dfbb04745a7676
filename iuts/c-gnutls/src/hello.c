#include "methods.h"

#include "params.h"
#include "scheme.h"

#include <stdio.h>
#include <string.h>

static bool keep_name(struct call *call, const json_t *from, const char *member, char *kept)
{
    const char *text;
    if (!param_text(call, from, member, &text))
        return false;
    if (strlen(text) >= LONGEST_NAME)
        return call_unsupported(call, member);
    (void)snprintf(kept, LONGEST_NAME, "%s", text);
    return true;
}

static bool keep_claim(struct call *call, const json_t *params, const char *member, int64_t *cwt, char *jwt)
{
    const json_t *claim = json_object_get(params, member);
    json_int_t number;
    if (!param_integer(call, claim, "cwt", INT64_MIN, INT64_MAX, &number) || !keep_name(call, claim, "jwt", jwt))
        return false;
    *cwt = number;
    return true;
}

static bool read_profile(struct call *call, const json_t *params, struct profile *profile)
{
    const char *revision, *public_key;
    json_int_t number, length;
    if (!param_text(call, params, "revision", &revision) || !param_text(call, params, "publicKey", &public_key) ||
        !param_integer(call, params, "cmwAttestation", 0, 0xffff, &number) ||
        !param_integer(call, params, "exporterLength", 1, 255 * LONGEST_HASH / 2, &length))
        return false;
    if (strcmp(revision, "draft-fossati-seat-expat-03") != 0 && strcmp(revision, "draft-fossati-seat-expat-02") != 0)
        return call_unsupported(call, revision);
    if (strcmp(public_key, "spki-der") != 0 && strcmp(public_key, "raw") != 0)
        return call_unsupported(call, public_key);
    profile->raw_public_key = strcmp(public_key, "raw") == 0;
    profile->cmw_attestation = (uint32_t)number;
    profile->exporter_length = (size_t)length;
    return keep_name(call, params, "exporterLabel", profile->exporter_label) &&
           keep_claim(call, params, "evidenceNonce", &profile->nonce_cwt, profile->nonce_jwt) &&
           keep_claim(call, params, "aikHashClaim", &profile->aik_hash_cwt, profile->aik_hash_jwt);
}

bool hello(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    json_int_t protocol;
    if (!param_integer(call, params, "protocol", 1, INT32_MAX, &protocol))
        return false;
    if (protocol != 1)
        return call_unsupported(call, "protocol");
    if (!read_profile(call, json_object_get(params, "profile"), &shim->profile))
        return false;
    json_t *suites = json_array(), *schemes = json_array();
    for (size_t index = 0; channel_suite(index) != NULL; index++)
        json_array_append_new(suites, json_string(channel_suite(index)));
    for (size_t index = 0; scheme_at(index) != NULL; index++)
        json_array_append_new(schemes, json_integer(scheme_at(index)->code_point));
    json_t *supports =
        json_pack("{s:[ssss], s:o, s:o, s:[ss], s:[ss], s:[ss], s:[ssssssssss]}", "positions", "attester/server", "relying-party/client",
                  "attester/client", "relying-party/server", "cipherSuites", suites, "signatureSchemes", schemes, "models",
                  "background-check", "passport", "evidence", "application/eat+cwt", "application/eat+jwt", "results",
                  "application/eat+jwt", "application/eat+cwt", "features", "spontaneous", "empty-authenticator", "get-context",
                  "replay-detection", "export", "foreign-request", "appraise", "cmw-tag", "cmw-collection", "cmw-signed");
    char tls[64];
    (void)snprintf(tls, sizeof tls, "GnuTLS %s", gnutls_check_version(NULL));
    *result = json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:o}", "protocol", 1, "name", "c-gnutls", "version", "0.1.0", "language", "C11",
                        "tls", tls, "concurrency", 1, "supports", supports);
    return *result != NULL || call_fail(call, "jansson makes no answer");
}
