/* The structures of RFC 9261 sections 4 and 5.2, which are those of RFC 8446 sections 4.2 to 4.4: reading and writing. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "bytes.h"

enum handshake_type {
    HANDSHAKE_CERTIFICATE = 11,
    HANDSHAKE_CERTIFICATE_REQUEST = 13,
    HANDSHAKE_CERTIFICATE_VERIFY = 15,
    HANDSHAKE_CLIENT_CERTIFICATE_REQUEST = 17,
    HANDSHAKE_FINISHED = 20
};

enum extension_type { EXTENSION_SIGNATURE_ALGORITHMS = 13 };

struct extension {
    uint32_t type;
    struct view data;
};

struct extensions {
    struct extension *list;
    size_t count;
};

struct code_points {
    uint32_t *list;
    size_t count;
};

struct request {
    uint32_t type;
    struct view message; /* as it came, with its header: this is what is signed */
    struct view context;
    struct extensions extensions;
    struct code_points schemes; /* of signature_algorithms, in the order of the peer */
};

struct entry {
    struct view certificate;
    struct extensions extensions;
};

struct authenticator {
    struct view context; /* of an empty authenticator: none */
    struct entry *entries;
    size_t count;
    uint32_t scheme;
    struct view signature, mac;
    struct view certificate, certificate_verify; /* the messages, with their headers */
    bool empty;                                  /* a Finished alone (section 6) */
};

/* The extension of that type, or NULL. */
const struct extension *extension_find(const struct extensions *extensions, uint32_t type);

/* Whether an extension may stand in a request or a Certificate (RFC 8446 section 4.2, RFC 9261 section 8.1). An unknown one may. */
bool extension_belongs_to_request(uint32_t type);
bool extension_belongs_to_certificate(uint32_t type);

/* Whether the code points hold that one. */
bool code_points_hold(const struct code_points *points, uint32_t point);

/* Reads the data of a signature_algorithms extension (RFC 8446 section 4.2.3). Returns false where it is malformed. */
bool code_points_read(struct call *call, struct view data, struct code_points *points);

/* Reads a request of either type (RFC 9261 section 4). Refuses the call where it is malformed or holds no signature_algorithms. */
bool request_read(struct call *call, struct view message, struct request *request);

/* Reads an authenticator, or an empty one (sections 5.2 and 6). Refuses the call where it is malformed. */
bool authenticator_read(struct call *call, struct view message, struct authenticator *authenticator);

/* Writes type, 24-bit length and body. Returns false where the body is too long. */
bool handshake_write(struct buffer *buffer, enum handshake_type type, struct view body);

#endif
