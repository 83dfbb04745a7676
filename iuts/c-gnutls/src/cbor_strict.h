/*
 * CBOR by libcbor, strictly: one item and nothing behind it, no map key twice (RFC 8949 section 5.6), text that is UTF-8, lengths that the
 * octets can hold, and no deeper than MOST_NESTED. libcbor itself reserves memory for what a length claims, so all that is looked at
 * before.
 */
#ifndef CBOR_STRICT_H
#define CBOR_STRICT_H

#include "bytes.h"

#include <cbor.h>

#define MOST_NESTED 32

/* Reads one item, which the call owns. Refuses the call with `code` where it is not well-formed or not strict. */
bool cbor_read(struct call *call, struct view octets, const char *code, cbor_item_t **item);

/* The value of an integer or text key in a map; NULL where there is none, or `map` is no map. */
const cbor_item_t *cbor_map_find(const cbor_item_t *map, int64_t label);
const cbor_item_t *cbor_map_find_text(const cbor_item_t *map, const char *label);

/* The content of a byte string or text of definite length. Return false where it is something else, or NULL. */
bool cbor_bytes(const cbor_item_t *item, struct view *content);
bool cbor_text(const cbor_item_t *item, struct view *content);

/* The value of an integer. Returns false where it is none, or beyond 64 bits with sign. */
bool cbor_integer(const cbor_item_t *item, int64_t *value);

/* Making items. `map` and `array` take over what is added. */
cbor_item_t *cbor_make_integer(int64_t value);
cbor_item_t *cbor_make_bytes(struct view content);
void cbor_map_put(cbor_item_t *map, int64_t label, cbor_item_t *value);
void cbor_array_put(cbor_item_t *array, cbor_item_t *value);
/* The octets of an item, which is released. The call owns them. */
struct view cbor_finish(struct call *call, cbor_item_t *item);

#endif
