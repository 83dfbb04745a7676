/*
 * Signed messages, and the claims in them: COSE_Sign1 (RFC 9052) around a CWT, JWS compact (RFC 7515) around a JWT. The signer's chain
 * comes along, in x5chain or x5c, and is verified up to the roots that the caller trusts.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include "path.h"
#include "scheme.h"

#include <cbor.h>
#include <jansson.h>

/* An algorithm of the Evidence profile. */
struct token_algorithm {
    int64_t cose;     /* RFC 9053 */
    const char *jose; /* RFC 7518, RFC 8037 */
    struct algorithm algorithm;
};

/* The n-th algorithm that is served; NULL behind the last. */
const struct token_algorithm *token_algorithm_at(size_t index);

struct signed_message {
    struct view payload;
    struct view content_type; /* of the protected header; of size zero where there is none */
};

/* Verify signature and path of the signer, and give what is signed. Refuse the call with `code` where something is wrong. */
bool cose_verify(struct call *call, struct view message, const struct roots *roots, const char *code, struct signed_message *content);
bool jose_verify(struct call *call, struct view message, const struct roots *roots, const char *code, struct signed_message *content);

/* Sign a payload with a key in PKCS #8, and put its chain into the header. Misused where the key cannot be used. */
bool cose_sign(struct call *call, struct view payload, struct view key, const struct views *chain, struct view *message);
bool jose_sign(struct call *call, struct view payload, struct view key, const struct views *chain, struct view *message);

/* The claims of a token: either a CBOR map or a JSON object. */
struct claims {
    const cbor_item_t *map;
    json_t *object;
};

/* Reads one JSON value and nothing behind it, with no name twice; the call owns it. Refuses the call with `code`. */
bool json_read(struct call *call, struct view octets, const char *code, json_t **value);

/* Verifies a CWT or JWT and reads its claims. Refuses the call with `code`. */
bool claims_verify(struct call *call, bool jwt, struct view token, const struct roots *roots, const char *code, struct claims *claims);

/* Checks exp, nbf and iat (RFC 7519 section 4.1), which are integers. Refuses the call as `policy`. */
bool claims_check_times(struct call *call, const struct claims *claims, time_t now);

/* A claim of octets: a byte string in CBOR, base64url in JSON. Returns false where it is missing or something else. */
bool claims_bytes(struct call *call, const struct claims *claims, int64_t label, const char *name, struct view *octets);

#endif
