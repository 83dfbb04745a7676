/*
 * What an exported authenticator needs to know of a TLS connection (RFC 9261 section 5.1): its exporter, its hash, which end this is,
 * what the ClientHello held, and which contexts were used. It is a live one (channel.c), or one of which the secret was recorded.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "message.h"

#include <gnutls/gnutls.h>

#define LONGEST_HASH 64

enum side { SIDE_CLIENT, SIDE_SERVER };

/* What became of a context on the connection, both types of request taken together (RFC 9261 section 4). */
enum context_use {
    CONTEXT_ASKED = 1,     /* it stood in a request, of this end or of the peer */
    CONTEXT_ANSWERED = 2,  /* this end made an authenticator for it */
    CONTEXT_VALIDATED = 4, /* this end accepted an authenticator with it */
};

struct context {
    struct context *next;
    unsigned uses;
    size_t size;
    uint8_t octets[255];
};

struct connection {
    enum side side;
    gnutls_digest_algorithm_t hash;
    bool (*exporter)(const struct connection *, struct view label, struct view context, size_t size, uint8_t *value);
    void *source;                     /* of the exporter */
    struct code_points hello_types;   /* the extensions of the ClientHello */
    struct code_points hello_schemes; /* its signature_algorithms */
    struct context *contexts;
};

/* What was done with a context so far: a set of enum context_use. */
unsigned context_uses(const struct connection *connection, struct view context);
/* Records a use. The context is 255 octets long at most. */
void context_use(struct connection *connection, struct view context, enum context_use use);
void contexts_release(struct connection *connection);

/* The exporter over an exporter_master_secret (RFC 8446 section 7.5); `source` is a struct view of it. */
bool recorded_exporter(const struct connection *connection, struct view label, struct view context, size_t size, uint8_t *value);

/* Hash of the parts, one behind the other. Gives the octets that the call owns. */
struct view hash_of(struct call *call, gnutls_digest_algorithm_t hash, const struct view *parts, size_t count);

/* Handshake Context of section 5.1, and the Finished MAC of section 5.2.3, of an authenticator of `sender`. */
bool handshake_context(struct call *call, const struct connection *connection, enum side sender, struct view *value);
/* HMAC with the Finished MAC Key over the hash of Handshake Context ‖ request ‖ Certificate ‖ CertificateVerify. */
bool finished_mac(struct call *call, const struct connection *connection, enum side sender, struct view request, struct view certificate,
                  struct view certificate_verify, struct view *mac);
/* What CertificateVerify signs (section 5.2.2): padding, context string, separator, hash of Handshake Context ‖ request ‖ Certificate. */
bool signature_content(struct call *call, const struct connection *connection, enum side sender, struct view request,
                       struct view certificate, struct view *content);

#endif
