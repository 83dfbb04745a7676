/* Looking into items that were read strictly, and making new ones. */
#include "cbor_strict.h"

#include <stdlib.h>

const cbor_item_t *cbor_map_find(const cbor_item_t *map, int64_t label)
{
    if (map == NULL || !cbor_isa_map(map))
        return NULL;
    for (size_t index = 0; index < cbor_map_size(map); index++) {
        int64_t key;
        if (cbor_integer(cbor_map_handle(map)[index].key, &key) && key == label)
            return cbor_map_handle(map)[index].value;
    }
    return NULL;
}

const cbor_item_t *cbor_map_find_text(const cbor_item_t *map, const char *label)
{
    if (map == NULL || !cbor_isa_map(map))
        return NULL;
    for (size_t index = 0; index < cbor_map_size(map); index++) {
        struct view key;
        if (cbor_text(cbor_map_handle(map)[index].key, &key) && view_equal(key, view_of_text(label)))
            return cbor_map_handle(map)[index].value;
    }
    return NULL;
}

bool cbor_bytes(const cbor_item_t *item, struct view *content)
{
    if (item == NULL || !cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item))
        return false;
    *content = view_of(cbor_bytestring_handle(item), cbor_bytestring_length(item));
    return true;
}

bool cbor_text(const cbor_item_t *item, struct view *content)
{
    if (item == NULL || !cbor_isa_string(item) || !cbor_string_is_definite(item))
        return false;
    *content = view_of(cbor_string_handle(item), cbor_string_length(item));
    return true;
}

bool cbor_integer(const cbor_item_t *item, int64_t *value)
{
    if (item == NULL || !cbor_is_int(item) || cbor_get_int(item) > INT64_MAX)
        return false;
    int64_t number = (int64_t)cbor_get_int(item);
    *value = cbor_isa_negint(item) ? -1 - number : number;
    return true;
}

/* libcbor gives NULL where there is no memory left. */
static cbor_item_t *made(cbor_item_t *item)
{
    if (item == NULL)
        abort();
    return item;
}

/* Shortest form, as the Sig_structure has to have it (RFC 9052 section 9). */
static cbor_item_t *make_unsigned(uint64_t number)
{
    if (number <= UINT8_MAX)
        return made(cbor_build_uint8((uint8_t)number));
    if (number <= UINT16_MAX)
        return made(cbor_build_uint16((uint16_t)number));
    if (number <= UINT32_MAX)
        return made(cbor_build_uint32((uint32_t)number));
    return made(cbor_build_uint64(number));
}

cbor_item_t *cbor_make_integer(int64_t value)
{
    cbor_item_t *item = make_unsigned(value < 0 ? (uint64_t)(-1 - value) : (uint64_t)value);
    if (value < 0)
        cbor_mark_negint(item);
    return item;
}

cbor_item_t *cbor_make_bytes(struct view content)
{
    return made(cbor_build_bytestring(content.size == 0 ? (cbor_data) "" : content.data, content.size));
}

void cbor_map_put(cbor_item_t *map, int64_t label, cbor_item_t *value)
{
    struct cbor_pair pair = {.key = cbor_move(cbor_make_integer(label)), .value = cbor_move(value)};
    if (!cbor_map_add(map, pair))
        abort();
}

void cbor_array_put(cbor_item_t *array, cbor_item_t *value)
{
    if (!cbor_array_push(array, cbor_move(value)))
        abort();
}

struct view cbor_finish(struct call *call, cbor_item_t *item)
{
    unsigned char *octets = NULL;
    size_t room = 0, size = cbor_serialize_alloc(item, &octets, &room);
    if (size == 0)
        abort();
    call_defer(call, free, octets);
    cbor_decref(&item);
    return view_of(octets, size);
}
