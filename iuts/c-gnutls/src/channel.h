/* One TLS 1.3 connection by GnuTLS, over a socket of its own, and what arrived on it. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "connection.h"
#include "path.h"

#include <gnutls/gnutls.h>

#define MOST_CODE_POINTS 256

struct channel {
    struct channel *next;
    char *name;
    int socket;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    struct connection connection; /* its code points lie in the two arrays below */
    uint32_t hello_types[MOST_CODE_POINTS], hello_schemes[MOST_CODE_POINTS];
    uint8_t *received;
    size_t received_size, received_room;
};

struct channel_options {
    const char *name, *host, *server_name;
    int port;
    enum side side;
    const char *const *suites; /* IANA names, ended by NULL */
    struct views chain;        /* of the handshake; none of them at a client */
    struct view key;
    struct views trust; /* roots of the handshake certificate of the peer, at a client */
};

/* The n-th cipher suite that is served; NULL behind the last. */
const char *channel_suite(size_t index);

/* Dials, and shakes hands as `side`. Refuses the call where no connection comes about. The caller owns the channel. */
bool channel_open(struct call *call, const struct channel_options *options, struct channel **channel);

/* Writes application data. Refuses the call where the connection is gone. */
bool channel_send(struct call *call, struct channel *channel, struct view data);

/*
 * Reads exactly `length` octets within so many milliseconds; the call owns them. Refuses the call where they do not come; what came
 * stays queued.
 */
bool channel_receive(struct call *call, struct channel *channel, size_t length, int timeout, struct view *data);

/* Ends the connection and releases all that the channel owns. */
void channel_close(struct channel *channel);

#endif
