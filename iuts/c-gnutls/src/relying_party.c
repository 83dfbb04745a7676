#include "relying_party.h"

#include "expat.h"
#include "scheme.h"

#include <gnutls/crypto.h>

#define REQUEST_CONTEXT 32

bool relying_party_request(struct call *call, struct connection *connection, const struct profile *profile,
                           const struct code_points *schemes, bool attestation, const struct view *given, struct view *request)
{
    uint8_t *random = call_take(call, REQUEST_CONTEXT);
    struct view context = given == NULL ? view_of(random, REQUEST_CONTEXT) : *given;
    if (context.size > 255)
        return call_misused(call, "a context is 255 octets long at most");
    do { /* a context is unique on the connection, over both types of request (section 4) */
        if (given == NULL && gnutls_rnd(GNUTLS_RND_RANDOM, random, REQUEST_CONTEXT) != 0)
            return call_fail(call, "GnuTLS gives no random octets");
        if (given != NULL && context_uses(connection, context) != 0)
            return call_refuse(call, "context-reused", "the context was used on this connection before");
    } while (context_uses(connection, context) != 0);

    struct buffer list = {.call = call}, data = {.call = call}, extensions = {.call = call}, body = {.call = call}, whole = {.call = call};
    for (size_t index = 0; index < schemes->count; index++)
        write_uint(&list, 2, schemes->list[index]);
    write_vector(&data, 2, buffer_view(&list));
    write_uint(&extensions, 2, EXTENSION_SIGNATURE_ALGORITHMS);
    write_vector(&extensions, 2, buffer_view(&data));
    if (attestation) { /* an empty extension is the offer (expat section 3.1) */
        write_uint(&extensions, 2, profile->cmw_attestation);
        write_vector(&extensions, 2, view_of(NULL, 0));
    }
    bool server = connection->side == SIDE_SERVER;
    if (!write_vector(&body, 1, context) || !write_vector(&body, 2, buffer_view(&extensions)) ||
        !handshake_write(&whole, server ? HANDSHAKE_CERTIFICATE_REQUEST : HANDSHAKE_CLIENT_CERTIFICATE_REQUEST, buffer_view(&body)))
        return call_misused(call, "so many schemes do not fit into a request");
    context_use(connection, context, CONTEXT_ASKED);
    *request = buffer_view(&whole);
    return true;
}

/* The request that the authenticator answers, as this end makes them; where there is none, what the ClientHello offered. */
static bool read_own_request(struct call *call, const struct connection *connection, const struct view *message, struct request *request)
{
    if (message == NULL) {
        *request = (struct request){.schemes = connection->hello_schemes};
        /* Only a server makes authenticators without a request (section 5). */
        return connection->side == SIDE_CLIENT || call_refuse(call, "wrong-role", "a client sends no authenticator without a request");
    }
    if (!request_read(call, *message, request))
        return false;
    bool of_client = request->type == HANDSHAKE_CLIENT_CERTIFICATE_REQUEST;
    return of_client == (connection->side == SIDE_CLIENT) || call_refuse(call, "wrong-role", "the request is not of this end's type");
}

/*
 * Extensions of the entries: those of the request, or of the ClientHello where there is none (section 5.2.1), and defined for a Certificate
 * (RFC 8446 section 4.2). cmw_attestation stands in the first entry only, and only where it was offered in a request (expat section 3.1).
 */
static bool check_extensions(struct call *call, const struct connection *connection, const struct profile *profile,
                             const struct view *message, const struct request *request, const struct authenticator *authenticator)
{
    for (size_t entry = 0; entry < authenticator->count; entry++) {
        const struct extensions *extensions = &authenticator->entries[entry].extensions;
        for (size_t index = 0; index < extensions->count; index++) {
            uint32_t type = extensions->list[index].type;
            bool cmw = type == profile->cmw_attestation;
            bool solicited = message != NULL ? extension_find(&request->extensions, type) != NULL
                                             : !cmw && code_points_hold(&connection->hello_types, type);
            if (!solicited)
                return call_refuse(call, "unsolicited-extension", "extension %u was not asked for", type);
            if (!extension_belongs_to_certificate(type) || (cmw && entry != 0))
                return call_refuse(call, "malformed", "extension %u does not belong into entry %zu of a Certificate", type, entry);
        }
    }
    return true;
}

/* An empty authenticator is never a success (section 7.4); its MAC only tells why. */
static bool refuse_empty(struct call *call, const struct connection *connection, enum side sender, const struct request *request,
                         const struct authenticator *authenticator)
{
    struct buffer body = {.call = call}, certificate = {.call = call};
    struct view mac;
    write_vector(&body, 1, request->context);
    write_vector(&body, 3, view_of(NULL, 0));
    handshake_write(&certificate, HANDSHAKE_CERTIFICATE, buffer_view(&body));
    if (!finished_mac(call, connection, sender, request->message, buffer_view(&certificate), view_of(NULL, 0), &mac))
        return false;
    if (!view_equal_secret(mac, authenticator->mac))
        return call_refuse(call, "finished-mismatch", "the MAC of the empty authenticator is wrong");
    return call_refuse(call, "empty-authenticator", "the peer declines");
}

/* Path, CertificateVerify and Finished (section 5.2.4). */
static bool check_proofs(struct call *call, const struct connection *connection, enum side sender, const struct request *request,
                         const struct authenticator *authenticator, const struct views *chain, const struct roots *pkix,
                         gnutls_pubkey_t *key)
{
    gnutls_x509_crt_t leaf;
    struct view content, mac;
    const struct scheme *scheme = scheme_of(authenticator->scheme);
    if (scheme == NULL || !code_points_hold(&request->schemes, authenticator->scheme))
        return call_refuse(call, "scheme-not-offered", "scheme 0x%04x was not offered, or is none of TLS 1.3", authenticator->scheme);
    if (!path_verify(call, chain, pkix, "pkix", &leaf, key) ||
        !signature_content(call, connection, sender, request->message, authenticator->certificate, &content))
        return false;
    if (!algorithm_verify(&scheme->algorithm, *key, content, authenticator->signature))
        return call_refuse(call, "signature-mismatch", "CertificateVerify does not verify with the end-entity key");
    if (!finished_mac(call, connection, sender, request->message, authenticator->certificate, authenticator->certificate_verify, &mac))
        return false;
    return view_equal_secret(mac, authenticator->mac) || call_refuse(call, "finished-mismatch", "the MAC of Finished is wrong");
}

bool relying_party_validate(struct call *call, struct connection *connection, const struct profile *profile, const struct view *message,
                            struct view octets, const struct roots *pkix, const struct appraisal_policy *policy,
                            struct validated *validated)
{
    enum side sender = connection->side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
    struct request request;
    struct authenticator authenticator;
    gnutls_pubkey_t key;
    if (!read_own_request(call, connection, message, &request) || !authenticator_read(call, octets, &authenticator))
        return false;
    if (authenticator.empty)
        return refuse_empty(call, connection, sender, &request, &authenticator);
    if (message != NULL && !view_equal(request.context, authenticator.context))
        return call_refuse(call, "context-mismatch", "the authenticator carries another context than the request");
    unsigned uses = context_uses(connection, authenticator.context);
    if ((uses & CONTEXT_VALIDATED) != 0 || (message == NULL && uses != 0))
        return call_refuse(call, "context-reused", "the context was used on this connection before");
    if (!check_extensions(call, connection, profile, message, &request, &authenticator))
        return false;

    validated->context = authenticator.context;
    validated->chain.count = authenticator.count;
    validated->chain.list = call_take(call, authenticator.count * sizeof *validated->chain.list);
    for (size_t index = 0; index < authenticator.count; index++)
        validated->chain.list[index] = authenticator.entries[index].certificate;
    if (!check_proofs(call, connection, sender, &request, &authenticator, &validated->chain, pkix, &key))
        return false;

    const struct extension *cmw = extension_find(&authenticator.entries[0].extensions, profile->cmw_attestation);
    if (!expat_appraise(call, connection, profile, authenticator.context, key, cmw == NULL ? NULL : &cmw->data, policy,
                        &validated->attested))
        return false;
    context_use(connection, authenticator.context, CONTEXT_VALIDATED);
    return true;
}
