#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HANDSHAKE_TIMEOUT 8000
#define SEND_TIMEOUT 8000

static const struct {
    const char *name, *priority;
} SUITES[] = {
    {"TLS_AES_128_GCM_SHA256", "AES-128-GCM"},
    {"TLS_AES_256_GCM_SHA384", "AES-256-GCM"},
    {"TLS_CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305"},
};

const char *channel_suite(size_t index)
{
    return index < sizeof SUITES / sizeof *SUITES ? SUITES[index].name : NULL;
}

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until GnuTLS can go on with what it could not do. Returns false where the deadline passes first. */
static bool wait_for(const struct channel *channel, int64_t deadline)
{
    struct pollfd wanted = {.fd = channel->socket, .events = gnutls_record_get_direction(channel->session) == 1 ? POLLOUT : POLLIN};
    int64_t left = deadline - milliseconds();
    return left > 0 && poll(&wanted, 1, left > INT32_MAX ? INT32_MAX : (int)left) > 0;
}

static bool exporter(const struct connection *connection, struct view label, struct view context, size_t size, uint8_t *value)
{
    struct channel *channel = connection->source;
    return gnutls_prf_rfc5705(channel->session, label.size, (const char *)label.data, context.size, (const char *)context.data, size,
                              (char *)value) == 0;
}

static int keep_extension(void *context, unsigned type, const unsigned char *data, unsigned size)
{
    struct channel *channel = context;
    struct code_points *types = &channel->connection.hello_types, *schemes = &channel->connection.hello_schemes;
    if (types->count < MOST_CODE_POINTS)
        types->list[types->count++] = type;
    if (type == EXTENSION_SIGNATURE_ALGORITHMS) {
        struct reader reader = {view_of(data, size)};
        struct view list;
        if (!read_vector(&reader, 2, &list))
            return 0; /* the handshake itself refuses it */
        struct reader points = {list};
        while (schemes->count < MOST_CODE_POINTS && read_uint(&points, 2, &schemes->list[schemes->count]))
            schemes->count++;
    }
    return 0;
}

/* Keeps the extensions of the ClientHello, of either end: an authenticator without a request goes by them (RFC 9261 section 5.2). */
static int keep_client_hello(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *message)
{
    (void)type, (void)when, (void)incoming;
    struct channel *channel = gnutls_session_get_ptr(session);
    channel->connection.hello_types.count = 0; /* the one behind a HelloRetryRequest counts */
    channel->connection.hello_schemes.count = 0;
    (void)gnutls_ext_raw_parse(channel, keep_extension, message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
    return 0;
}

static bool dial(struct call *call, struct channel *channel, const char *host, int port)
{
    char service[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    (void)snprintf(service, sizeof service, "%d", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return call_refuse(call, "other", "%s has no address", host);
    for (struct addrinfo *each = found; each != NULL && channel->socket < 0; each = each->ai_next) {
        channel->socket = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, each->ai_protocol);
        if (channel->socket >= 0 && connect(channel->socket, each->ai_addr, each->ai_addrlen) != 0) {
            close(channel->socket);
            channel->socket = -1;
        }
    }
    freeaddrinfo(found);
    if (channel->socket < 0)
        return call_refuse(call, "other", "no connection with %s port %d: %s", host, port, strerror(errno));
    int on = 1;
    (void)setsockopt(channel->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fcntl(channel->socket, F_SETFL, fcntl(channel->socket, F_GETFL) | O_NONBLOCK) != 0)
        return call_fail(call, "the socket cannot be made non-blocking");
    return true;
}

static void release_key(void *key)
{
    gnutls_x509_privkey_deinit(key);
}

static bool set_identity(struct call *call, struct channel *channel, const struct channel_options *options)
{
    gnutls_x509_crt_t *chain = call_take(call, options->chain.count * sizeof *chain);
    for (size_t index = 0; index < options->chain.count; index++)
        if (!certificate_parse(call, options->chain.list[index], "other", &chain[index], NULL))
            return call_misused(call, "certificate %zu of the identity cannot be read", index);
    gnutls_x509_privkey_t key;
    if (gnutls_x509_privkey_init(&key) != 0)
        return call_fail(call, "GnuTLS makes no private key");
    call_defer(call, release_key, key);
    gnutls_datum_t der = {.data = (unsigned char *)options->key.data, .size = (unsigned)options->key.size};
    if (gnutls_x509_privkey_import_pkcs8(key, &der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) != 0 ||
        gnutls_certificate_set_x509_key(channel->credentials, chain, (int)options->chain.count, key) < 0)
        return call_misused(call, "the key of the identity cannot be used");
    return true;
}

static bool set_trust(struct call *call, struct channel *channel, const struct channel_options *options)
{
    for (size_t index = 0; index < options->trust.count; index++) {
        gnutls_x509_crt_t root;
        if (!certificate_parse(call, options->trust.list[index], "other", &root, NULL) ||
            gnutls_certificate_set_x509_trust(channel->credentials, &root, 1) < 0)
            return call_misused(call, "root %zu cannot be read", index);
    }
    gnutls_session_set_verify_cert(channel->session, options->server_name, 0);
    if (gnutls_server_name_set(channel->session, GNUTLS_NAME_DNS, options->server_name, strlen(options->server_name)) != 0)
        return call_misused(call, "%s is no server name", options->server_name);
    return true;
}

/* TLS 1.3 alone, with the cipher suites that were named. */
static bool set_priority(struct call *call, struct channel *channel, const struct channel_options *options)
{
    char priority[256] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL";
    for (const char *const *name = options->suites; *name != NULL; name++) {
        size_t index = 0;
        while (index < sizeof SUITES / sizeof *SUITES && strcmp(SUITES[index].name, *name) != 0)
            index++;
        if (index == sizeof SUITES / sizeof *SUITES)
            return call_unsupported(call, *name);
        size_t length = strlen(priority);
        (void)snprintf(priority + length, sizeof priority - length, ":+%s", SUITES[index].priority);
    }
    return gnutls_priority_set_direct(channel->session, priority, NULL) == 0 || call_fail(call, "GnuTLS refuses the priority %s", priority);
}

static bool set_up(struct call *call, struct channel *channel, const struct channel_options *options)
{
    /* No ticket is ever sent, so none on a connection that turns out to be attested (expat section 7.2). */
    unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
    bool server = options->side == SIDE_SERVER;
    if (gnutls_init(&channel->session, flags | (server ? GNUTLS_SERVER : GNUTLS_CLIENT)) != 0 ||
        gnutls_certificate_allocate_credentials(&channel->credentials) != 0)
        return call_fail(call, "GnuTLS makes no session");
    if (!set_priority(call, channel, options) || (options->chain.count != 0 && !set_identity(call, channel, options)) ||
        (!server && !set_trust(call, channel, options)))
        return false;
    gnutls_credentials_set(channel->session, GNUTLS_CRD_CERTIFICATE, channel->credentials);
    gnutls_session_set_ptr(channel->session, channel);
    gnutls_transport_set_int(channel->session, channel->socket);
    gnutls_handshake_set_hook_function(channel->session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, keep_client_hello);
    return true;
}

static bool shake_hands(struct call *call, struct channel *channel)
{
    int64_t deadline = milliseconds() + HANDSHAKE_TIMEOUT;
    int status;
    while ((status = gnutls_handshake(channel->session)) != 0) {
        if (gnutls_error_is_fatal(status)) {
            (void)gnutls_alert_send_appropriate(channel->session, status);
            return call_refuse(call, "other", "the handshake failed: %s", gnutls_strerror(status));
        }
        if (status == GNUTLS_E_AGAIN && !wait_for(channel, deadline))
            return call_refuse(call, "other", "the handshake took too long");
    }
    /* RFC 9261 section 7: below, every operation would have to fail. The priority leaves nothing else. */
    if (gnutls_protocol_get_version(channel->session) != GNUTLS_TLS1_3)
        return call_refuse(call, "tls-version", "the connection is not of TLS 1.3");
    channel->connection.hash = gnutls_prf_hash_get(channel->session);
    return true;
}

bool channel_open(struct call *call, const struct channel_options *options, struct channel **opened)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL)
        abort();
    channel->socket = -1;
    channel->name = strdup(options->name);
    channel->connection = (struct connection){.side = options->side, .exporter = exporter, .source = channel};
    channel->connection.hello_types.list = channel->hello_types;
    channel->connection.hello_schemes.list = channel->hello_schemes;
    if (channel->name == NULL)
        abort();
    if (!dial(call, channel, options->host, options->port) || !set_up(call, channel, options) || !shake_hands(call, channel)) {
        channel_close(channel);
        return false;
    }
    *opened = channel;
    return true;
}

bool channel_send(struct call *call, struct channel *channel, struct view data)
{
    int64_t deadline = milliseconds() + SEND_TIMEOUT;
    struct reader reader = {data};
    while (reader.left.size != 0) {
        ssize_t sent = gnutls_record_send(channel->session, reader.left.data, reader.left.size);
        struct view taken;
        if (sent >= 0)
            (void)read_octets(&reader, (size_t)sent, &taken);
        else if (gnutls_error_is_fatal((int)sent))
            return call_refuse(call, "other", "the connection is gone: %s", gnutls_strerror((int)sent));
        else if (sent == GNUTLS_E_AGAIN && !wait_for(channel, deadline))
            return call_refuse(call, "other", "the peer does not read");
    }
    return true;
}

/* Takes one record's worth of data into the queue. Returns what gnutls_record_recv says. */
static ssize_t take_record(struct channel *channel)
{
    if (channel->received_room - channel->received_size < 16384) {
        channel->received_room = 2 * channel->received_room + 16384;
        channel->received = realloc(channel->received, channel->received_room);
        if (channel->received == NULL)
            abort();
    }
    ssize_t status =
        gnutls_record_recv(channel->session, channel->received + channel->received_size, channel->received_room - channel->received_size);
    if (status > 0)
        channel->received_size += (size_t)status;
    return status;
}

bool channel_receive(struct call *call, struct channel *channel, size_t length, int timeout, struct view *data)
{
    int64_t deadline = milliseconds() + timeout;
    while (channel->received_size < length) {
        ssize_t status = take_record(channel);
        if (status == 0 || (status < 0 && gnutls_error_is_fatal((int)status)))
            return call_refuse(call, "other", "%zu of %zu octets came, then the connection ended: %s", channel->received_size, length,
                               status == 0 ? "closed" : gnutls_strerror((int)status));
        if (status == GNUTLS_E_AGAIN && !wait_for(channel, deadline))
            return call_refuse(call, "other", "%zu of %zu octets came in time", channel->received_size, length);
    }
    uint8_t *taken = call_take(call, length);
    if (length != 0) {
        memcpy(taken, channel->received, length);
        memmove(channel->received, channel->received + length, channel->received_size - length);
        channel->received_size -= length;
    }
    *data = view_of(taken, length);
    return true;
}

void channel_close(struct channel *channel)
{
    if (channel->session != NULL) {
        (void)gnutls_bye(channel->session, GNUTLS_SHUT_WR);
        gnutls_deinit(channel->session);
    }
    if (channel->credentials != NULL)
        gnutls_certificate_free_credentials(channel->credentials);
    if (channel->socket >= 0)
        close(channel->socket);
    contexts_release(&channel->connection);
    free(channel->received);
    free(channel->name);
    free(channel);
}
