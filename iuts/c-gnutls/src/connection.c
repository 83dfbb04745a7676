#include "connection.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

unsigned context_uses(const struct connection *connection, struct view context)
{
    for (const struct context *each = connection->contexts; each != NULL; each = each->next)
        if (view_equal(view_of(each->octets, each->size), context))
            return each->uses;
    return 0;
}

void context_use(struct connection *connection, struct view context, enum context_use use)
{
    for (struct context *each = connection->contexts; each != NULL; each = each->next) {
        if (view_equal(view_of(each->octets, each->size), context)) {
            each->uses |= use;
            return;
        }
    }
    struct context *added = calloc(1, sizeof *added);
    if (added == NULL || context.size > sizeof added->octets)
        abort();
    added->next = connection->contexts;
    added->uses = use;
    added->size = context.size;
    if (context.size != 0)
        memcpy(added->octets, context.data, context.size);
    connection->contexts = added;
}

void contexts_release(struct connection *connection)
{
    while (connection->contexts != NULL) {
        struct context *first = connection->contexts;
        connection->contexts = first->next;
        free(first);
    }
}

/* HKDF-Expand-Label of RFC 8446 section 7.1. */
static bool expand_label(const struct connection *connection, struct view secret, struct view label, struct view context, size_t size,
                         uint8_t *value)
{
    struct call call = {0};
    struct buffer prefixed = {.call = &call}, info = {.call = &call};
    write_octets(&prefixed, view_of_text("tls13 "));
    write_octets(&prefixed, label);
    write_uint(&info, 2, (uint32_t)size);
    bool fits = write_vector(&info, 1, buffer_view(&prefixed)) && write_vector(&info, 1, context);
    gnutls_datum_t key = {.data = (unsigned char *)secret.data, .size = (unsigned)secret.size};
    gnutls_datum_t datum = {.data = info.data, .size = (unsigned)info.size};
    bool made = fits && gnutls_hkdf_expand((gnutls_mac_algorithm_t)connection->hash, &key, &datum, value, size) == 0;
    call_end(&call);
    return made;
}

bool recorded_exporter(const struct connection *connection, struct view label, struct view context, size_t size, uint8_t *value)
{
    size_t length = gnutls_hash_get_len(connection->hash);
    uint8_t empty[LONGEST_HASH], hashed[LONGEST_HASH], derived[LONGEST_HASH];
    const struct view *secret = connection->source;
    return gnutls_hash_fast(connection->hash, NULL, 0, empty) == 0 &&
           gnutls_hash_fast(connection->hash, context.data, context.size, hashed) == 0 &&
           expand_label(connection, *secret, label, view_of(empty, length), length, derived) &&
           expand_label(connection, view_of(derived, length), view_of_text("exporter"), view_of(hashed, length), size, value);
}

struct view hash_of(struct call *call, gnutls_digest_algorithm_t hash, const struct view *parts, size_t count)
{
    struct buffer buffer = {.call = call};
    for (size_t index = 0; index < count; index++)
        write_octets(&buffer, parts[index]);
    uint8_t *value = call_take(call, LONGEST_HASH);
    if (gnutls_hash_fast(hash, buffer.data, buffer.size, value) != 0)
        abort();
    return view_of(value, gnutls_hash_get_len(hash));
}

/* Exports one of the two values of section 5.1. The label names the sender; the exporter's context is of length zero. */
static bool exported(struct call *call, const struct connection *connection, enum side sender, bool finished, struct view *value)
{
    static const char *const labels[2][2] = {
        {"EXPORTER-client authenticator handshake context", "EXPORTER-client authenticator finished key"},
        {"EXPORTER-server authenticator handshake context", "EXPORTER-server authenticator finished key"},
    };
    size_t size = gnutls_hash_get_len(connection->hash);
    uint8_t *data = call_take(call, size);
    if (!connection->exporter(connection, view_of_text(labels[sender][finished]), view_of(NULL, 0), size, data))
        return call_fail(call, "the exporter gives no value");
    *value = view_of(data, size);
    return true;
}

bool handshake_context(struct call *call, const struct connection *connection, enum side sender, struct view *value)
{
    return exported(call, connection, sender, false, value);
}

bool finished_mac(struct call *call, const struct connection *connection, enum side sender, struct view request, struct view certificate,
                  struct view certificate_verify, struct view *mac)
{
    struct view context, key;
    if (!handshake_context(call, connection, sender, &context) || !exported(call, connection, sender, true, &key))
        return false;
    struct view parts[] = {context, request, certificate, certificate_verify};
    struct view hash = hash_of(call, connection->hash, parts, 4);
    uint8_t *value = call_take(call, LONGEST_HASH);
    if (gnutls_hmac_fast((gnutls_mac_algorithm_t)connection->hash, key.data, key.size, hash.data, hash.size, value) != 0)
        return call_fail(call, "GnuTLS makes no HMAC");
    *mac = view_of(value, hash.size);
    return true;
}

bool signature_content(struct call *call, const struct connection *connection, enum side sender, struct view request,
                       struct view certificate, struct view *content)
{
    static const char introduction[] = "                                                                Exported Authenticator";
    struct view context;
    if (!handshake_context(call, connection, sender, &context))
        return false;
    struct view parts[] = {context, request, certificate};
    struct buffer buffer = {.call = call};
    write_octets(&buffer, view_of(introduction, sizeof introduction)); /* the zero at its end is the separator */
    write_octets(&buffer, hash_of(call, connection->hash, parts, 3));
    *content = buffer_view(&buffer);
    return true;
}
