/*
 * JWS in its compact form (RFC 7515 section 7.1) over jansson and GnuTLS. The libraries for JOSE in C among the packages of Debian (cjose,
 * jose, libjwt 1.10) know no EdDSA and no x5c, and the first two bring a second library of cryptography along.
 */
#include "text.h"
#include "token.h"

#include <stdlib.h>
#include <string.h>

static const struct token_algorithm *algorithm_of(const json_t *name)
{
    if (!json_is_string(name))
        return NULL;
    struct view text = view_of(json_string_value(name), json_string_length(name));
    for (size_t index = 0; token_algorithm_at(index) != NULL; index++)
        if (view_equal(text, view_of_text(token_algorithm_at(index)->jose)))
            return token_algorithm_at(index);
    return NULL;
}

/* x5c (section 4.1.6): an array of certificates in base64 of the standard alphabet. */
static bool read_chain(struct call *call, const json_t *x5c, struct views *chain)
{
    chain->count = json_array_size(x5c);
    chain->list = call_take(call, chain->count * sizeof *chain->list);
    for (size_t index = 0; index < chain->count; index++) {
        const json_t *member = json_array_get(x5c, index);
        if (!json_is_string(member) ||
            !text_unbase64(call, view_of(json_string_value(member), json_string_length(member)), &chain->list[index]))
            return false;
    }
    return chain->count != 0;
}

struct jws {
    struct view header, payload, signature; /* decoded */
    struct view signed_content;
};

static bool read_jws(struct call *call, struct view message, struct jws *jws)
{
    struct view header, rest, payload, signature, none;
    if (!view_split(message, '.', &header, &rest) || !view_split(rest, '.', &payload, &signature) ||
        view_split(signature, '.', &none, &none))
        return false;
    jws->signed_content = view_of(message.data, message.size - signature.size - 1);
    return text_unbase64url(call, header, &jws->header) && text_unbase64url(call, payload, &jws->payload) &&
           text_unbase64url(call, signature, &jws->signature);
}

bool jose_verify(struct call *call, struct view message, const struct roots *roots, const char *code, struct signed_message *content)
{
    struct jws jws;
    json_t *header;
    struct views chain;
    if (!read_jws(call, message, &jws))
        return call_refuse(call, code, "no JWS of three parts in base64url");
    if (!json_read(call, jws.header, code, &header))
        return false;
    if (!json_is_object(header) || json_object_get(header, "crit") != NULL)
        return call_refuse(call, code, "the header is no object, or holds a critical parameter, of which none is understood");
    const struct token_algorithm *algorithm = algorithm_of(json_object_get(header, "alg"));
    if (algorithm == NULL)
        return call_refuse(call, code, "the header names no algorithm that is known");
    if (!read_chain(call, json_object_get(header, "x5c"), &chain))
        return call_refuse(call, code, "there is no x5c");
    gnutls_x509_crt_t leaf;
    gnutls_pubkey_t key;
    if (!path_verify(call, &chain, roots, code, &leaf, &key))
        return false;
    if (!algorithm_verify_raw(call, &algorithm->algorithm, key, jws.signed_content, jws.signature))
        return call_refuse(call, code, "the signature of the JWS does not verify");
    const json_t *content_type = json_object_get(header, "cty");
    content->payload = jws.payload;
    content->content_type = view_of(json_string_value(content_type), json_string_length(content_type));
    return true;
}

bool jose_sign(struct call *call, struct view payload, struct view pkcs8, const struct views *chain, struct view *message)
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
    json_t *x5c = json_array();
    for (index = 0; index < chain->count; index++)
        json_array_append_new(x5c, json_string(text_base64(call, chain->list[index])));
    json_t *header = json_pack("{s:s, s:o}", "alg", algorithm->jose, "x5c", x5c);
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    if (text == NULL)
        return call_fail(call, "jansson writes no header");
    call_defer(call, free, text);

    struct buffer buffer = {.call = call};
    struct view signature;
    write_octets(&buffer, view_of_text(text_base64url(call, view_of_text(text))));
    write_octets(&buffer, view_of_text("."));
    write_octets(&buffer, view_of_text(text_base64url(call, payload)));
    if (!algorithm_sign_raw(call, &algorithm->algorithm, key, buffer_view(&buffer), &signature))
        return false;
    write_octets(&buffer, view_of_text("."));
    write_octets(&buffer, view_of_text(text_base64url(call, signature)));
    *message = buffer_view(&buffer);
    return true;
}
