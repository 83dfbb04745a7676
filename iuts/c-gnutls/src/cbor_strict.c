#include "cbor_strict.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* How many items are still to come at each level that is open; UNTIL_BREAK where only a break tells. */
#define UNTIL_BREAK SIZE_MAX

struct scan {
    size_t left[MOST_NESTED + 1];
    size_t depth;
    size_t octets; /* that are left behind the item's head */
    bool strict;
};

/* An item of `count` items begins. No item is shorter than an octet, so what claims more than is left is cut short. */
static void open_level(struct scan *scan, uint64_t count)
{
    if (scan->depth == MOST_NESTED || (count != UNTIL_BREAK && count > scan->octets)) {
        scan->strict = false;
        return;
    }
    scan->left[++scan->depth] = (size_t)count;
}

static void on_array(void *context, size_t count)
{
    open_level(context, count);
}

static void on_map(void *context, size_t count)
{
    open_level(context, count > SIZE_MAX / 4 ? SIZE_MAX / 2 : 2 * (uint64_t)count);
}

static void on_tag(void *context, uint64_t tag)
{
    (void)tag;
    open_level(context, 1);
}

static void on_indefinite(void *context)
{
    open_level(context, UNTIL_BREAK);
}

static void on_break(void *context)
{
    struct scan *scan = context;
    if (scan->depth == 0 || scan->left[scan->depth] != UNTIL_BREAK)
        scan->strict = false;
    else
        scan->depth--;
}

static void on_text(void *context, cbor_data text, size_t size)
{
    struct scan *scan = context;
    json_t *string = json_stringn((const char *)text, size); /* which has to be UTF-8 */
    scan->strict = scan->strict && string != NULL;
    json_decref(string);
}

/* Takes the head of a tag of 6 to 20 in one octet: libcbor 0.8 takes these numbers for unassigned, in that encoding alone. */
static bool short_tag(struct scan *scan, struct reader *reader, struct buffer *copy)
{
    struct view head;
    if (reader->left.size == 0 || reader->left.data[0] < 0xc6 || reader->left.data[0] > 0xd4 || !read_octets(reader, 1, &head))
        return false;
    write_uint(copy, 1, 0xd8); /* the number in an octet of its own */
    write_uint(copy, 1, head.data[0] - 0xc0U);
    on_tag(scan, 0);
    return true;
}

/* Walks over one item without making it, and copies it for libcbor. Returns false where it is none, or something stands behind it. */
static bool scan_item(struct view octets, struct buffer *copy)
{
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.array_start = on_array;
    callbacks.map_start = on_map;
    callbacks.tag = on_tag;
    callbacks.indef_array_start = on_indefinite;
    callbacks.indef_map_start = on_indefinite;
    callbacks.byte_string_start = on_indefinite;
    callbacks.string_start = on_indefinite;
    callbacks.indef_break = on_break;
    callbacks.string = on_text;
    struct scan scan = {.left = {1}, .strict = true};
    struct reader reader = {octets};
    while (scan.depth != 0 || scan.left[0] != 0) {
        size_t depth = scan.depth;
        if (scan.left[depth] != UNTIL_BREAK)
            scan.left[depth]--;
        scan.octets = reader.left.size;
        if (!short_tag(&scan, &reader, copy)) {
            struct cbor_decoder_result step = cbor_stream_decode(reader.left.data, reader.left.size, &callbacks, &scan);
            struct view taken;
            if (step.status != CBOR_DECODER_FINISHED || !read_octets(&reader, step.read, &taken))
                return false;
            write_octets(copy, taken);
        }
        if (!scan.strict)
            return false;
        while (scan.depth > 0 && scan.left[scan.depth] == 0)
            scan.depth--;
    }
    return reader.left.size == 0;
}

/* A map key in a form that can be compared: what encoding it has does not matter, 0x01 and 0x1801 are one key. */
struct key {
    int type;
    uint64_t number;
    struct view octets;
};

static int compare_keys(const void *left_key, const void *right_key)
{
    const struct key *left = left_key, *right = right_key;
    if (left->type != right->type)
        return left->type < right->type ? -1 : 1;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    if (left->octets.size != right->octets.size)
        return left->octets.size < right->octets.size ? -1 : 1;
    return left->octets.size == 0 ? 0 : memcmp(left->octets.data, right->octets.data, left->octets.size);
}

static struct key key_of(struct call *call, const cbor_item_t *item)
{
    struct key key = {.type = (int)cbor_typeof(item)};
    if (cbor_is_int(item)) {
        key.number = cbor_get_int(item);
    } else if (!cbor_bytes(item, &key.octets) && !cbor_text(item, &key.octets)) {
        unsigned char *octets = NULL;
        size_t room = 0, size = cbor_serialize_alloc(item, &octets, &room);
        call_defer(call, free, octets);
        key.octets = view_of(octets, size);
    }
    return key;
}

/* Whether no map within the item has a key twice. Nested no deeper than the scan has let pass. */
static bool keys_are_unique(struct call *call, const cbor_item_t *item)
{
    if (cbor_isa_tag(item)) {
        cbor_item_t *tagged = cbor_tag_item(item);
        bool unique = keys_are_unique(call, tagged);
        cbor_decref(&tagged);
        return unique;
    }
    if (cbor_isa_array(item)) {
        for (size_t index = 0; index < cbor_array_size(item); index++)
            if (!keys_are_unique(call, cbor_array_handle(item)[index]))
                return false;
        return true;
    }
    if (!cbor_isa_map(item))
        return true;
    size_t count = cbor_map_size(item);
    const struct cbor_pair *pairs = cbor_map_handle(item);
    struct key *keys = call_take(call, count * sizeof *keys);
    for (size_t index = 0; index < count; index++) {
        if (!keys_are_unique(call, pairs[index].key) || !keys_are_unique(call, pairs[index].value))
            return false;
        keys[index] = key_of(call, pairs[index].key);
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t index = 1; index < count; index++)
        if (compare_keys(&keys[index - 1], &keys[index]) == 0)
            return false;
    return true;
}

static void release_item(void *object)
{
    cbor_item_t *item = object;
    cbor_decref(&item);
}

bool cbor_read(struct call *call, struct view octets, const char *code, cbor_item_t **item)
{
    struct buffer copy = {.call = call};
    if (octets.size == 0 || !scan_item(octets, &copy))
        return call_refuse(call, code, "no CBOR item, something behind it, or nested too deep");
    struct cbor_load_result result;
    *item = cbor_load(copy.data, copy.size, &result);
    if (*item == NULL)
        return call_refuse(call, code, "the CBOR is not well-formed at octet %zu", result.error.position);
    call_defer(call, release_item, *item);
    return keys_are_unique(call, *item) || call_refuse(call, code, "a map of the CBOR holds a key twice");
}
