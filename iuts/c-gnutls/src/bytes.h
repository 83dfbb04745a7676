/*
 * Octets: a view of ones that somebody else owns, a reader that never leaves its bounds, and a buffer that grows.
 * All reading of TLS structures goes through the reader; nothing else in this program adds an offset to a pointer.
 */
#ifndef BYTES_H
#define BYTES_H

#include "call.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view {
    const uint8_t *data;
    size_t size;
};

struct views {
    struct view *list;
    size_t count;
};

struct view view_of(const void *data, size_t size);
struct view view_of_text(const char *text);

/* Same length and same octets. Not in constant time: for what is no secret. */
bool view_equal(struct view left, struct view right);

/* Same length and same octets, in a time that does not depend on where they differ (RFC 9261 section 7.4). */
bool view_equal_secret(struct view left, struct view right);

/* The part of `whole` before and behind the octet `mark`. Returns false, and changes nothing, where there is none. */
bool view_split(struct view whole, uint8_t mark, struct view *before, struct view *behind);

/* A reader over a view. Each read returns false where too little is left, and then takes nothing. */
struct reader {
    struct view left;
};

bool read_uint(struct reader *reader, size_t octets, uint32_t *value);
bool read_octets(struct reader *reader, size_t size, struct view *taken);
/* A vector of RFC 8446 section 3.4: its length in `octets` octets, then as many octets. */
bool read_vector(struct reader *reader, size_t octets, struct view *content);

/* A buffer that the call owns. Integers and vectors are written as RFC 8446 section 3.4 has them. */
struct buffer {
    struct call *call;
    uint8_t *data;
    size_t size;
    size_t room;
};

void write_octets(struct buffer *buffer, struct view octets);
void write_uint(struct buffer *buffer, size_t octets, uint32_t value);
/* Writes length and content. Returns false, and writes nothing, where the content does not fit into so long a length. */
bool write_vector(struct buffer *buffer, size_t octets, struct view content);
struct view buffer_view(const struct buffer *buffer);

#endif
