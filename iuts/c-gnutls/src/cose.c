/* COSE_Sign1 (RFC 9052 section 4) over libcbor and GnuTLS: there is no library for COSE in C among the packages of Debian. */
#include "cbor_strict.h"
#include "token.h"

enum { TAG_SIGN1 = 18, HEADER_ALGORITHM = 1, HEADER_CRITICAL = 2, HEADER_CONTENT_TYPE = 3, HEADER_X5CHAIN = 33 };

/* What is signed (section 4.4): no external data, and the protected header as it was sent. */
static struct view sig_structure(struct call *call, struct view protected, struct view payload)
{
    cbor_item_t *array = cbor_new_definite_array(4);
    cbor_array_put(array, cbor_build_string("Signature1"));
    cbor_array_put(array, cbor_make_bytes(protected));
    cbor_array_put(array, cbor_make_bytes(view_of("", 0)));
    cbor_array_put(array, cbor_make_bytes(payload));
    return cbor_finish(call, array);
}

/* Labels are integers or text (section 1.5), and none stands in both headers (section 3). */
static bool labels_are_right(const cbor_item_t *protected, const cbor_item_t *unprotected)
{
    const cbor_item_t *maps[] = {protected, unprotected};
    for (size_t map = 0; map < 2; map++) {
        for (size_t index = 0; index < cbor_map_size(maps[map]); index++) {
            const cbor_item_t *key = cbor_map_handle(maps[map])[index].key;
            int64_t label;
            struct view text;
            if (!cbor_integer(key, &label) && !cbor_text(key, &text))
                return false;
        }
    }
    for (size_t index = 0; index < cbor_map_size(unprotected); index++) {
        const cbor_item_t *key = cbor_map_handle(unprotected)[index].key;
        int64_t label;
        if (cbor_integer(key, &label) && cbor_map_find(protected, label) != NULL)
            return false;
    }
    return true;
}

/* Critical parameters (section 3.1) stand in the protected header, and are among the ones that are understood here. */
static bool critical_is_understood(const cbor_item_t *protected, const cbor_item_t *unprotected)
{
    const cbor_item_t *critical = cbor_map_find(protected, HEADER_CRITICAL);
    if (cbor_map_find(unprotected, HEADER_CRITICAL) != NULL)
        return false;
    if (critical == NULL)
        return true;
    if (!cbor_isa_array(critical) || cbor_array_size(critical) == 0)
        return false;
    for (size_t index = 0; index < cbor_array_size(critical); index++) {
        int64_t label;
        if (!cbor_integer(cbor_array_handle(critical)[index], &label) || cbor_map_find(protected, label) == NULL)
            return false;
        if (label != HEADER_ALGORITHM && label != HEADER_CONTENT_TYPE && label != HEADER_X5CHAIN)
            return false;
    }
    return true;
}

/* x5chain (RFC 9360 section 2): one certificate as it is, or an array of two or more. */
static bool read_chain(struct call *call, const cbor_item_t *x5chain, struct views *chain)
{
    chain->count = x5chain != NULL && cbor_isa_array(x5chain) ? cbor_array_size(x5chain) : 1;
    chain->list = call_take(call, chain->count * sizeof *chain->list);
    if (x5chain == NULL || !cbor_isa_array(x5chain))
        return cbor_bytes(x5chain, &chain->list[0]);
    for (size_t index = 0; index < chain->count; index++)
        if (!cbor_bytes(cbor_array_handle(x5chain)[index], &chain->list[index]))
            return false;
    return chain->count >= 2;
}

static const struct token_algorithm *algorithm_of(const cbor_item_t *item)
{
    int64_t number;
    if (!cbor_integer(item, &number))
        return NULL;
    for (size_t index = 0; token_algorithm_at(index) != NULL; index++)
        if (token_algorithm_at(index)->cose == number)
            return token_algorithm_at(index);
    return NULL;
}

struct sign1 {
    struct view protected, payload, signature;
    cbor_item_t *headers; /* the protected ones, read */
    const cbor_item_t *unprotected;
};

/* An array of four under tag 18 (section 4.2). */
static bool read_sign1(struct call *call, struct view message, const char *code, struct sign1 *sign1)
{
    cbor_item_t *item;
    if (!cbor_read(call, message, code, &item))
        return false;
    if (!cbor_isa_tag(item) || cbor_tag_value(item) != TAG_SIGN1)
        return call_refuse(call, code, "no COSE_Sign1 under its tag");
    cbor_item_t *array = cbor_tag_item(item);
    cbor_decref(&array); /* the tag holds it as long as it is held itself */
    if (!cbor_isa_array(array) || cbor_array_size(array) != 4)
        return call_refuse(call, code, "COSE_Sign1 is no array of four");
    cbor_item_t **members = cbor_array_handle(array);
    sign1->unprotected = members[1];
    if (!cbor_bytes(members[0], &sign1->protected) || !cbor_isa_map(members[1]) || !cbor_bytes(members[2], &sign1->payload) ||
        !cbor_bytes(members[3], &sign1->signature))
        return call_refuse(call, code, "a member of COSE_Sign1 is of the wrong type");
    if (!cbor_read(call, sign1->protected, code, &sign1->headers))
        return false;
    return cbor_isa_map(sign1->headers) || call_refuse(call, code, "the protected header is no map");
}

bool cose_verify(struct call *call, struct view message, const struct roots *roots, const char *code, struct signed_message *content)
{
    struct sign1 sign1;
    if (!read_sign1(call, message, code, &sign1))
        return false;
    if (!labels_are_right(sign1.headers, sign1.unprotected) || !critical_is_understood(sign1.headers, sign1.unprotected))
        return call_refuse(call, code, "a header parameter stands in both headers, or is critical and not understood");
    const struct token_algorithm *algorithm = algorithm_of(cbor_map_find(sign1.headers, HEADER_ALGORITHM));
    if (algorithm == NULL)
        return call_refuse(call, code, "the protected header names no algorithm that is known");
    const cbor_item_t *x5chain = cbor_map_find(sign1.headers, HEADER_X5CHAIN);
    struct views chain;
    if (!read_chain(call, x5chain != NULL ? x5chain : cbor_map_find(sign1.unprotected, HEADER_X5CHAIN), &chain))
        return call_refuse(call, code, "there is no x5chain");
    gnutls_x509_crt_t leaf;
    gnutls_pubkey_t key;
    if (!path_verify(call, &chain, roots, code, &leaf, &key))
        return false;
    struct view signed_content = sig_structure(call, sign1.protected, sign1.payload);
    if (!algorithm_verify_raw(call, &algorithm->algorithm, key, signed_content, sign1.signature))
        return call_refuse(call, code, "the signature of COSE_Sign1 does not verify");
    content->payload = sign1.payload;
    if (!cbor_text(cbor_map_find(sign1.headers, HEADER_CONTENT_TYPE), &content->content_type))
        content->content_type = view_of(NULL, 0);
    return true;
}

bool cose_sign(struct call *call, struct view payload, struct view pkcs8, const struct views *chain, struct view *message)
{
    gnutls_privkey_t key;
    size_t index = 0;
    if (!private_key_read(call, pkcs8, &key))
        return false;
    while (token_algorithm_at(index) != NULL && !algorithm_fits_private(&token_algorithm_at(index)->algorithm, key))
        index++;
    const struct token_algorithm *algorithm = token_algorithm_at(index);
    if (algorithm == NULL || chain->count == 0)
        return call_misused(call, "no algorithm fits the attestation key, or it has no chain");
    cbor_item_t *headers = cbor_new_definite_map(1), *unprotected = cbor_new_definite_map(1), *array = cbor_new_definite_array(4);
    cbor_map_put(headers, HEADER_ALGORITHM, cbor_make_integer(algorithm->cose));
    struct view protected = cbor_finish(call, headers), signature = view_of("", 0);
    cbor_item_t *x5chain = chain->count == 1 ? cbor_make_bytes(chain->list[0]) : cbor_new_definite_array(chain->count);
    for (index = 0; chain->count > 1 && index < chain->count; index++)
        cbor_array_put(x5chain, cbor_make_bytes(chain->list[index]));
    cbor_map_put(unprotected, HEADER_X5CHAIN, x5chain);
    bool made = algorithm_sign_raw(call, &algorithm->algorithm, key, sig_structure(call, protected, payload), &signature);
    cbor_array_put(array, cbor_make_bytes(protected));
    cbor_array_put(array, unprotected);
    cbor_array_put(array, cbor_make_bytes(payload));
    cbor_array_put(array, cbor_make_bytes(signature));
    *message = cbor_finish(call, cbor_build_tag(TAG_SIGN1, cbor_move(array)));
    return made;
}
