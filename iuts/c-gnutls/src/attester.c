#include "attester.h"

#include "expat.h"
#include "scheme.h"

#include <gnutls/crypto.h>

#define SPONTANEOUS_CONTEXT 32

/* Which of the schemes that the peer offers the key can be used with, by the peer's order. NULL where it is none. */
static const struct scheme *choose_scheme(const struct code_points *offered, gnutls_privkey_t key)
{
    for (size_t index = 0; index < offered->count; index++) {
        const struct scheme *scheme = scheme_of(offered->list[index]);
        if (scheme != NULL && algorithm_fits_private(&scheme->algorithm, key))
            return scheme;
    }
    return NULL;
}

/* The request that this end may answer: that of the other role, with a context for which it has made and taken none yet (section 5.2). */
static bool accept_request(struct call *call, struct connection *connection, const struct profile *profile, struct view message,
                           struct request *request)
{
    if (!request_read(call, message, request))
        return false;
    bool of_client = request->type == HANDSHAKE_CLIENT_CERTIFICATE_REQUEST;
    if (of_client != (connection->side == SIDE_SERVER))
        return call_refuse(call, "wrong-role", "a request of type %u is not one of the peer's", request->type);
    for (size_t index = 0; index < request->extensions.count; index++)
        if (!extension_belongs_to_request(request->extensions.list[index].type))
            return call_refuse(call, "malformed", "extension %u does not belong into a request", request->extensions.list[index].type);
    const struct extension *offer = extension_find(&request->extensions, profile->cmw_attestation);
    if (offer != NULL && offer->data.size != 0)
        return call_refuse(call, "malformed", "the offer of attestation in the request is not empty");
    unsigned uses = context_uses(connection, request->context);
    if ((uses & (CONTEXT_ANSWERED | CONTEXT_VALIDATED)) != 0)
        return call_refuse(call, "context-reused", "an authenticator with this context was made or validated before");
    context_use(connection, request->context, CONTEXT_ASKED);
    return true;
}

/* Certificate message: the chain, with `extension` (data of cmw_attestation, or none) in its first entry (expat section 3.1). */
static bool write_certificate(struct call *call, const struct profile *profile, struct view context, const struct views *chain,
                              const struct view *extension, struct view *message)
{
    struct buffer list = {.call = call}, body = {.call = call}, whole = {.call = call};
    for (size_t index = 0; index < chain->count; index++) {
        struct buffer extensions = {.call = call};
        bool fits = write_vector(&list, 3, chain->list[index]);
        if (index == 0 && extension != NULL) {
            write_uint(&extensions, 2, profile->cmw_attestation);
            fits = fits && write_vector(&extensions, 2, *extension);
        }
        if (!fits || !write_vector(&list, 2, buffer_view(&extensions)))
            return call_refuse(call, "other", "the entry of certificate %zu would be too long", index);
    }
    if (!write_vector(&body, 1, context) || !write_vector(&body, 3, buffer_view(&list)) ||
        !handshake_write(&whole, HANDSHAKE_CERTIFICATE, buffer_view(&body)))
        return call_refuse(call, "other", "the Certificate would be too long");
    *message = buffer_view(&whole);
    return true;
}

/* Finished of section 5.2.3, behind what there is. */
static bool write_finished(struct call *call, const struct connection *connection, struct view request, struct view certificate,
                           struct view certificate_verify, struct buffer *authenticator)
{
    struct view mac;
    return finished_mac(call, connection, connection->side, request, certificate, certificate_verify, &mac) &&
           handshake_write(authenticator, HANDSHAKE_FINISHED, mac);
}

/* A Finished alone, over a Certificate with the context of the request and no entry (section 6). */
static bool decline(struct call *call, struct connection *connection, const struct profile *profile, const struct request *request,
                    struct view *authenticator)
{
    struct buffer buffer = {.call = call};
    struct view certificate;
    if (!write_certificate(call, profile, request->context, &(struct views){0}, NULL, &certificate) ||
        !write_finished(call, connection, request->message, certificate, view_of(NULL, 0), &buffer))
        return false;
    context_use(connection, request->context, CONTEXT_ANSWERED);
    *authenticator = buffer_view(&buffer);
    return true;
}

static bool write_certificate_verify(struct call *call, const struct scheme *scheme, gnutls_privkey_t key, struct view content,
                                     struct view *message)
{
    struct buffer body = {.call = call}, whole = {.call = call};
    struct view signature;
    if (!algorithm_sign(call, &scheme->algorithm, key, content, &signature))
        return false;
    write_uint(&body, 2, scheme->code_point);
    write_vector(&body, 2, signature);
    handshake_write(&whole, HANDSHAKE_CERTIFICATE_VERIFY, buffer_view(&body));
    *message = buffer_view(&whole);
    return true;
}

/* A context that the peer cannot guess and that was not used on the connection (section 5.2.1). */
static bool new_context(struct call *call, const struct connection *connection, struct view *context)
{
    uint8_t *random = call_take(call, SPONTANEOUS_CONTEXT);
    *context = view_of(random, SPONTANEOUS_CONTEXT);
    do {
        if (gnutls_rnd(GNUTLS_RND_RANDOM, random, SPONTANEOUS_CONTEXT) != 0)
            return call_fail(call, "GnuTLS gives no random octets");
    } while (context_uses(connection, *context) != 0);
    return true;
}

bool attester_authenticate(struct call *call, struct connection *connection, const struct profile *profile, const struct view *message,
                           const struct identity *identity, const struct attestation *attestation, struct view *authenticator)
{
    struct request request = {.schemes = connection->hello_schemes};
    if (message == NULL && connection->side == SIDE_CLIENT)
        return call_refuse(call, "wrong-role", "a client makes no authenticator without a request");
    if (message != NULL ? !accept_request(call, connection, profile, *message, &request) : !new_context(call, connection, &request.context))
        return false;
    if (identity == NULL)
        return message == NULL ? call_misused(call, "request and identity are both null")
                               : decline(call, connection, profile, &request, authenticator);
    gnutls_privkey_t key;
    if (!private_key_read(call, identity->key, &key))
        return false;
    const struct scheme *scheme = choose_scheme(&request.schemes, key);
    if (scheme == NULL)
        return message == NULL ? call_refuse(call, "no-common-scheme", "the ClientHello offers no scheme for this key")
                               : decline(call, connection, profile, &request, authenticator);

    struct view extension, certificate, content, certificate_verify;
    /* Attestation goes only where the request has offered it (expat section 3.1), so never into a spontaneous authenticator. */
    bool attests = attestation != NULL && extension_find(&request.extensions, profile->cmw_attestation) != NULL;
    if (attests && !expat_attest(call, connection, profile, request.context, identity->chain.list[0], attestation, &extension))
        return false;
    struct buffer buffer = {.call = call};
    if (!write_certificate(call, profile, request.context, &identity->chain, attests ? &extension : NULL, &certificate) ||
        !signature_content(call, connection, connection->side, request.message, certificate, &content) ||
        !write_certificate_verify(call, scheme, key, content, &certificate_verify))
        return false;
    write_octets(&buffer, certificate);
    write_octets(&buffer, certificate_verify);
    if (!write_finished(call, connection, request.message, certificate, certificate_verify, &buffer))
        return false;
    context_use(connection, request.context, CONTEXT_ANSWERED);
    *authenticator = buffer_view(&buffer);
    return true;
}
