#include "cmw.h"

#include "cbor_strict.h"
#include "collection_type.h"
#include "text.h"
#include "token.h"

#include <stdlib.h>
#include <string.h>

/* Collections in collections may be limited (section 3.3). */
#define MOST_COLLECTIONS 8

#define INDICATOR_EVIDENCE 4
#define INDICATOR_RESULT 8

/* Tag numbers of Content-Formats (section 3.2, RFC 9277 appendix B). */
#define TAG_FIRST 1668546817U
#define CONTENT_FORMATS 65025U

static const char COLLECTION_TYPE[] = "__cmwc_t";

/* The media types that are known, with their Content-Formats (RFC 9782 section 6). */
static const struct {
    const char *name;
    uint32_t content_format;
} TYPES[] = {{"application/eat+cwt", 263}, {"application/eat+jwt", 264}};

static uint64_t tag_of(uint32_t content_format)
{
    return TAG_FIRST + (uint64_t)content_format / 255 * 256 + content_format % 255;
}

/* Compares a media type without its parameters, and without regard to case (RFC 9110 section 8.3.1). */
static bool is_media_type(struct view text, const char *name)
{
    struct view type = text, parameters;
    (void)view_split(text, ';', &type, &parameters);
    while (type.size != 0 && type.data[type.size - 1] == ' ')
        type.size--;
    return type.size == strlen(name) && strncasecmp((const char *)type.data, name, type.size) == 0;
}

static bool type_by_name(struct view text, bool *jwt)
{
    *jwt = is_media_type(text, TYPES[true].name);
    return *jwt || is_media_type(text, TYPES[false].name);
}

static bool type_by_format(uint64_t content_format, bool *jwt)
{
    *jwt = content_format == TYPES[true].content_format;
    return *jwt || content_format == TYPES[false].content_format;
}

/*
 * Zero stands for no indicator. One that names Evidence and results at once, or bits of other messages too, says nothing that could
 * be relied on.
 */
static bool kind_of(int64_t indicator, enum message_kind *kind)
{
    *kind = indicator == INDICATOR_EVIDENCE ? KIND_EVIDENCE : indicator == INDICATOR_RESULT ? KIND_RESULT : KIND_UNSAID;
    return indicator == 0 || *kind != KIND_UNSAID;
}

static bool add(struct call *call, struct messages *messages, struct message message, int64_t indicator)
{
    if (!kind_of(indicator, &message.kind))
        return call_refuse(call, "cmw", "the indicator names neither Evidence nor an Attestation Result alone");
    if (messages->count == messages->room) {
        size_t room = 2 * messages->room + 4;
        struct message *list = call_take(call, room * sizeof *list);
        if (messages->count != 0)
            memcpy(list, messages->list, messages->count * sizeof *list);
        messages->list = list;
        messages->room = room;
    }
    messages->list[messages->count++] = message;
    return true;
}

/* A record (section 3.1): type, value and perhaps an indicator, which is never zero. */
static bool read_cbor_record(struct call *call, const cbor_item_t *record, struct messages *messages)
{
    size_t count = cbor_array_size(record);
    if (!cbor_array_is_definite(record) || (count != 2 && count != 3))
        return call_refuse(call, "cmw", "a record is an array of two or three");
    cbor_item_t **members = cbor_array_handle(record);
    struct message message = {0};
    struct view type;
    int64_t number, indicator = 0;
    bool known = cbor_text(members[0], &type)
                     ? type_by_name(type, &message.jwt)
                     : cbor_integer(members[0], &number) && number >= 0 && type_by_format((uint64_t)number, &message.jwt);
    if (!known)
        return call_refuse(call, "cmw", "the record is of a type that is not known");
    if (!cbor_bytes(members[1], &message.value))
        return call_refuse(call, "cmw", "the value of the record is no byte string");
    if (count == 3 && (!cbor_integer(members[2], &indicator) || indicator < 1 || indicator > UINT32_MAX))
        return call_refuse(call, "cmw", "the indicator is not within 1 and 2^32-1");
    return add(call, messages, message, indicator);
}

/* A tag CMW (section 3.2): a byte string under the number of a Content-Format. */
static bool read_tag(struct call *call, const cbor_item_t *tag, struct messages *messages)
{
    struct message message = {0};
    for (size_t index = 0; index < 2; index++) {
        if (cbor_tag_value(tag) != tag_of(TYPES[index].content_format))
            continue;
        cbor_item_t *tagged = cbor_tag_item(tag);
        cbor_decref(&tagged); /* the tag holds it as long as it is held itself */
        message.jwt = index == true;
        return cbor_bytes(tagged, &message.value) ? add(call, messages, message, 0)
                                                  : call_refuse(call, "cmw", "the tag is around something else than a byte string");
    }
    return call_refuse(call, "cmw", "tag %llu is that of no Content-Format that is known", (unsigned long long)cbor_tag_value(tag));
}

static bool check_collection_type(struct call *call, struct view type)
{
    return is_object_identifier(type) || is_absolute_uri(type) ||
           call_refuse(call, "cmw", "the type of the collection is neither an absolute URI nor an object identifier");
}

static bool read_cbor(struct call *call, const cbor_item_t *item, size_t depth, struct messages *messages);

/*
 * A collection (section 3.3): at least one CMW, under labels that are text or integers, beside its type. That no label comes twice
 * was read strictly.
 */
static bool read_cbor_collection(struct call *call, const cbor_item_t *map, size_t depth, struct messages *messages)
{
    size_t items = 0;
    for (size_t index = 0; index < cbor_map_size(map); index++) {
        struct cbor_pair pair = cbor_map_handle(map)[index];
        struct view label, type;
        bool text = cbor_text(pair.key, &label);
        if (text && view_equal(label, view_of_text(COLLECTION_TYPE))) {
            if (!cbor_text(pair.value, &type))
                return call_refuse(call, "cmw", "the type of the collection is no text");
            if (!check_collection_type(call, type))
                return false;
            continue;
        }
        if (!text && !cbor_is_int(pair.key))
            return call_refuse(call, "cmw", "a label is neither text nor an integer");
        if (!read_cbor(call, pair.value, depth + 1, messages))
            return false;
        items++;
    }
    return items != 0 || call_refuse(call, "cmw", "the collection holds no CMW");
}

static bool read_cbor(struct call *call, const cbor_item_t *item, size_t depth, struct messages *messages)
{
    if (depth > MOST_COLLECTIONS)
        return call_refuse(call, "cmw", "collections are nested too deep");
    if (cbor_isa_array(item))
        return read_cbor_record(call, item, messages);
    if (cbor_isa_tag(item))
        return read_tag(call, item, messages);
    if (cbor_isa_map(item))
        return read_cbor_collection(call, item, depth, messages);
    return call_refuse(call, "cmw", "an item that is no CMW");
}

/* A record in JSON: the type is text and never a number, the value base64url without padding. */
static bool read_json_record(struct call *call, const json_t *record, struct messages *messages)
{
    size_t count = json_array_size(record);
    const json_t *type = json_array_get(record, 0), *value = json_array_get(record, 1), *ind = json_array_get(record, 2);
    struct message message = {0};
    if (count != 2 && count != 3)
        return call_refuse(call, "cmw", "a record is an array of two or three");
    if (!json_is_string(type) || !type_by_name(view_of(json_string_value(type), json_string_length(type)), &message.jwt))
        return call_refuse(call, "cmw", "the record is of a type that is not known");
    if (!json_is_string(value) || !text_unbase64url(call, view_of(json_string_value(value), json_string_length(value)), &message.value))
        return call_refuse(call, "cmw", "the value of the record is no base64url");
    if (ind != NULL && (!json_is_integer(ind) || json_integer_value(ind) < 1 || json_integer_value(ind) > UINT32_MAX))
        return call_refuse(call, "cmw", "the indicator is not within 1 and 2^32-1");
    return add(call, messages, message, json_integer_value(ind));
}

static bool read_json(struct call *call, json_t *item, size_t depth, struct messages *messages)
{
    const char *label;
    json_t *value;
    size_t items = 0;
    if (depth > MOST_COLLECTIONS)
        return call_refuse(call, "cmw", "collections are nested too deep");
    if (json_is_array(item))
        return read_json_record(call, item, messages);
    if (!json_is_object(item))
        return call_refuse(call, "cmw", "an item that is no CMW");
    json_object_foreach(item, label, value)
    {
        if (strcmp(label, COLLECTION_TYPE) != 0) {
            if (!read_json(call, value, depth + 1, messages))
                return false;
            items++;
        } else if (!json_is_string(value)) {
            return call_refuse(call, "cmw", "the type of the collection is no text");
        } else if (!check_collection_type(call, view_of(json_string_value(value), json_string_length(value)))) {
            return false;
        }
    }
    return items != 0 || call_refuse(call, "cmw", "the collection holds no CMW");
}

enum signed_form { SIGNED_NOT, SIGNED_COSE, SIGNED_JOSE };

/* Reads a CMW that is not signed, or is what was signed; the first octet tells JSON from CBOR (section 3.4). */
static bool read_unsigned(struct call *call, struct view cmw, enum signed_form form, struct messages *messages)
{
    uint8_t first = cmw.size == 0 ? 0 : cmw.data[0];
    json_t *value;
    cbor_item_t *item;
    if ((first == '[' || first == '{') && form != SIGNED_COSE)
        return json_read(call, cmw, "cmw", &value) && read_json(call, value, 0, messages);
    bool array = first == 0x82 || first == 0x83, map = first >= 0xa0 && first <= 0xbf, tag = first == 0xda;
    if ((array || map || tag) && form != SIGNED_JOSE)
        return cbor_read(call, cmw, "cmw", &item) && read_cbor(call, item, 0, messages);
    return call_refuse(call, "cmw", "0x%02x begins no CMW that is read here", first);
}

bool cmw_read(struct call *call, struct view cmw, bool accept_signed, const struct roots *signers, struct messages *messages)
{
    /* A signed CMW (section 4) is a COSE_Sign1, whose tag is one octet, or a JWS, whose header begins with `{"`. */
    enum signed_form form = cmw.size == 0 ? SIGNED_NOT : cmw.data[0] == 0xd2 ? SIGNED_COSE : cmw.data[0] == 'e' ? SIGNED_JOSE : SIGNED_NOT;
    struct signed_message content;
    *messages = (struct messages){0};
    if (form == SIGNED_NOT)
        return read_unsigned(call, cmw, form, messages);
    if (!accept_signed)
        return call_refuse(call, "cmw", "the policy accepts no signed CMW");
    if (form == SIGNED_COSE ? !cose_verify(call, cmw, signers, "cmw", &content) : !jose_verify(call, cmw, signers, "cmw", &content))
        return false;
    bool right = form == SIGNED_COSE ? is_media_type(content.content_type, "application/cmw+cbor")
                                     : is_media_type(content.content_type, "application/cmw+json") ||
                                           /* RFC 7515 section 4.1.10 has the prefix left out where it can be */
                                           is_media_type(content.content_type, "cmw+json");
    if (!right)
        return call_refuse(call, "cmw", "the content type of the signed message is not that of a CMW");
    return read_unsigned(call, content.payload, form, messages);
}

static cbor_item_t *make_record(const struct message *message, const char *type, int indicator)
{
    cbor_item_t *record = cbor_new_definite_array(3);
    cbor_array_put(record, cbor_build_string(type));
    cbor_array_put(record, cbor_make_bytes(message->value));
    cbor_array_put(record, cbor_make_integer(indicator));
    return record;
}

struct view cmw_write(struct call *call, const struct attestation *asked, const struct message *message)
{
    const char *type = TYPES[message->jwt].name, *label = "attestation";
    int indicator = message->kind == KIND_RESULT ? INDICATOR_RESULT : INDICATOR_EVIDENCE;
    if (asked->form == FORM_TAG) {
        cbor_item_t *value = cbor_make_bytes(message->value);
        return cbor_finish(call, cbor_build_tag(tag_of(TYPES[message->jwt].content_format), cbor_move(value)));
    }
    if (!asked->json) {
        cbor_item_t *record = make_record(message, type, indicator);
        if (asked->form == FORM_RECORD)
            return cbor_finish(call, record);
        cbor_item_t *collection = cbor_new_definite_map(1);
        struct cbor_pair pair = {.key = cbor_move(cbor_build_string(label)), .value = cbor_move(record)};
        if (!cbor_map_add(collection, pair))
            abort();
        return cbor_finish(call, collection);
    }
    json_t *item = json_pack("[s, s, i]", type, text_base64url(call, message->value), indicator);
    if (asked->form == FORM_COLLECTION)
        item = json_pack("{s:o}", label, item);
    char *text = json_dumps(item, JSON_COMPACT);
    json_decref(item);
    if (text == NULL)
        abort();
    call_defer(call, free, text);
    return view_of_text(text);
}
