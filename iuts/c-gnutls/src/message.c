#include "message.h"

const struct extension *extension_find(const struct extensions *extensions, uint32_t type)
{
    for (size_t index = 0; index < extensions->count; index++)
        if (extensions->list[index].type == type)
            return &extensions->list[index];
    return NULL;
}

/* The extensions of RFC 8446 section 4.2, and where they belong beside the handshake. server_name is RFC 9261's addition. */
static const struct {
    uint8_t type;
    bool request, certificate;
} EXTENSIONS[] = {
    {0, true, false},   /* server_name */
    {1, false, false},  /* max_fragment_length */
    {5, true, true},    /* status_request */
    {10, false, false}, /* supported_groups */
    {13, true, false},  /* signature_algorithms */
    {14, false, false}, /* use_srtp */
    {15, false, false}, /* heartbeat */
    {16, false, false}, /* application_layer_protocol_negotiation */
    {18, true, true},   /* signed_certificate_timestamp */
    {19, false, false}, /* client_certificate_type */
    {20, false, false}, /* server_certificate_type */
    {21, false, false}, /* padding */
    {41, false, false}, /* pre_shared_key */
    {42, false, false}, /* early_data */
    {43, false, false}, /* supported_versions */
    {44, false, false}, /* cookie */
    {45, false, false}, /* psk_key_exchange_modes */
    {47, true, false},  /* certificate_authorities */
    {48, true, false},  /* oid_filters */
    {49, false, false}, /* post_handshake_auth */
    {50, true, false},  /* signature_algorithms_cert */
    {51, false, false}, /* key_share */
};

bool extension_belongs_to_request(uint32_t type)
{
    for (size_t index = 0; index < sizeof EXTENSIONS / sizeof *EXTENSIONS; index++)
        if (EXTENSIONS[index].type == type)
            return EXTENSIONS[index].request;
    return true;
}

bool extension_belongs_to_certificate(uint32_t type)
{
    for (size_t index = 0; index < sizeof EXTENSIONS / sizeof *EXTENSIONS; index++)
        if (EXTENSIONS[index].type == type)
            return EXTENSIONS[index].certificate;
    return true;
}

bool code_points_hold(const struct code_points *points, uint32_t point)
{
    for (size_t index = 0; index < points->count; index++)
        if (points->list[index] == point)
            return true;
    return false;
}

bool code_points_read(struct call *call, struct view data, struct code_points *points)
{
    struct reader reader = {data};
    struct view list;
    if (!read_vector(&reader, 2, &list) || reader.left.size != 0 || list.size == 0 || list.size % 2 != 0)
        return false;
    points->list = call_take(call, list.size / 2 * sizeof *points->list);
    points->count = 0;
    struct reader inner = {list};
    while (read_uint(&inner, 2, &points->list[points->count]) && ++points->count < list.size / 2)
        ;
    return true;
}

/* Reads an extension block; one type stands in it once (RFC 8446 section 4.2). */
static bool extensions_read(struct call *call, struct view block, struct extensions *extensions)
{
    /* An extension is four octets long at least. */
    extensions->list = call_take(call, block.size / 4 * sizeof *extensions->list);
    extensions->count = 0;
    uint8_t *seen = call_take(call, 65536 / 8);
    struct reader reader = {block};
    while (reader.left.size != 0) {
        struct extension next;
        if (!read_uint(&reader, 2, &next.type) || !read_vector(&reader, 2, &next.data))
            return call_refuse(call, "malformed", "an extension is cut short");
        if ((seen[next.type / 8] >> (next.type % 8) & 1) != 0)
            return call_refuse(call, "malformed", "extension %u stands twice in its block", next.type);
        seen[next.type / 8] |= (uint8_t)(1U << (next.type % 8));
        extensions->list[extensions->count++] = next;
    }
    return true;
}

/* Takes one handshake message; `whole` is it with its header. */
static bool handshake_read(struct reader *reader, uint32_t *type, struct view *body, struct view *whole)
{
    struct view start = reader->left;
    if (!read_uint(reader, 1, type) || !read_vector(reader, 3, body))
        return false;
    *whole = view_of(start.data, start.size - reader->left.size);
    return true;
}

bool request_read(struct call *call, struct view message, struct request *request)
{
    struct reader outer = {message};
    struct view body, block;
    *request = (struct request){.message = message};
    if (!handshake_read(&outer, &request->type, &body, &request->message) || outer.left.size != 0)
        return call_refuse(call, "malformed", "the request is not one handshake message");
    if (request->type != HANDSHAKE_CERTIFICATE_REQUEST && request->type != HANDSHAKE_CLIENT_CERTIFICATE_REQUEST)
        return call_refuse(call, "malformed", "a handshake message of type %u is no request", request->type);
    struct reader reader = {body};
    if (!read_vector(&reader, 1, &request->context) || !read_vector(&reader, 2, &block) || reader.left.size != 0)
        return call_refuse(call, "malformed", "the body of the request is not a context and extensions");
    if (!extensions_read(call, block, &request->extensions))
        return false;
    const struct extension *schemes = extension_find(&request->extensions, EXTENSION_SIGNATURE_ALGORITHMS);
    if (schemes == NULL)
        return call_refuse(call, "malformed", "the request holds no signature_algorithms");
    if (!code_points_read(call, schemes->data, &request->schemes))
        return call_refuse(call, "malformed", "signature_algorithms is no list of schemes");
    return true;
}

/* The body of a Certificate message (RFC 8446 section 4.4.2): context, then entries of a certificate and extensions. */
static bool certificate_read(struct call *call, struct view body, struct authenticator *authenticator)
{
    struct reader reader = {body};
    struct view list;
    if (!read_vector(&reader, 1, &authenticator->context) || !read_vector(&reader, 3, &list) || reader.left.size != 0)
        return call_refuse(call, "malformed", "the Certificate is not a context and a list");
    if (list.size == 0)
        return call_refuse(call, "malformed", "the Certificate holds no entry");
    /* An entry is six octets long at least. */
    authenticator->entries = call_take(call, (list.size / 6 + 1) * sizeof *authenticator->entries);
    struct reader entries = {list};
    while (entries.left.size != 0) {
        struct entry *entry = &authenticator->entries[authenticator->count];
        struct view block;
        if (!read_vector(&entries, 3, &entry->certificate) || !read_vector(&entries, 2, &block))
            return call_refuse(call, "malformed", "entry %zu of the Certificate is cut short", authenticator->count);
        if (entry->certificate.size == 0)
            return call_refuse(call, "malformed", "entry %zu holds no certificate", authenticator->count);
        if (!extensions_read(call, block, &entry->extensions))
            return false;
        authenticator->count++;
    }
    return true;
}

static bool certificate_verify_read(struct call *call, struct view body, struct authenticator *authenticator)
{
    struct reader reader = {body};
    if (!read_uint(&reader, 2, &authenticator->scheme) || !read_vector(&reader, 2, &authenticator->signature) || reader.left.size != 0)
        return call_refuse(call, "malformed", "the CertificateVerify is not a scheme and a signature");
    return true;
}

bool authenticator_read(struct call *call, struct view message, struct authenticator *authenticator)
{
    struct reader reader = {message};
    uint32_t types[3] = {0};
    struct view bodies[3], wholes[3];
    size_t count = 0;
    while (reader.left.size != 0) {
        if (count == 3 || !handshake_read(&reader, &types[count], &bodies[count], &wholes[count]))
            return call_refuse(call, "malformed", "the authenticator is not one or three handshake messages");
        count++;
    }
    *authenticator = (struct authenticator){.empty = count == 1};
    if (count == 1 && types[0] == HANDSHAKE_FINISHED) {
        authenticator->mac = bodies[0];
        return true;
    }
    if (count != 3 || types[0] != HANDSHAKE_CERTIFICATE || types[1] != HANDSHAKE_CERTIFICATE_VERIFY || types[2] != HANDSHAKE_FINISHED)
        return call_refuse(call, "malformed", "the authenticator is not Certificate, CertificateVerify and Finished");
    authenticator->certificate = wholes[0];
    authenticator->certificate_verify = wholes[1];
    authenticator->mac = bodies[2];
    return certificate_read(call, bodies[0], authenticator) && certificate_verify_read(call, bodies[1], authenticator);
}

bool handshake_write(struct buffer *buffer, enum handshake_type type, struct view body)
{
    if (body.size > 0xffffff)
        return false;
    write_uint(buffer, 1, type);
    return write_vector(buffer, 3, body);
}
