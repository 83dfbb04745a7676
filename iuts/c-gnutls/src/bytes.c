#include "bytes.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

struct view view_of(const void *data, size_t size)
{
    return (struct view){.data = data, .size = size};
}

struct view view_of_text(const char *text)
{
    return view_of(text, strlen(text));
}

bool view_equal(struct view left, struct view right)
{
    return left.size == right.size && (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

bool view_equal_secret(struct view left, struct view right)
{
    return left.size == right.size && (left.size == 0 || gnutls_memcmp(left.data, right.data, left.size) == 0);
}

bool view_split(struct view whole, uint8_t mark, struct view *before, struct view *behind)
{
    const uint8_t *found = whole.size == 0 ? NULL : memchr(whole.data, mark, whole.size);
    if (found == NULL)
        return false;
    size_t size = (size_t)(found - whole.data);
    *before = view_of(whole.data, size);
    *behind = view_of(found + 1, whole.size - size - 1);
    return true;
}

bool read_octets(struct reader *reader, size_t size, struct view *taken)
{
    if (size > reader->left.size)
        return false;
    *taken = view_of(reader->left.data, size);
    if (size != 0) {
        reader->left.data += size;
        reader->left.size -= size;
    }
    return true;
}

bool read_uint(struct reader *reader, size_t octets, uint32_t *value)
{
    struct view taken;
    if (octets > sizeof *value || !read_octets(reader, octets, &taken))
        return false;
    *value = 0;
    for (size_t index = 0; index < octets; index++)
        *value = *value << 8 | taken.data[index];
    return true;
}

bool read_vector(struct reader *reader, size_t octets, struct view *content)
{
    struct reader ahead = *reader;
    uint32_t size;
    if (!read_uint(&ahead, octets, &size) || !read_octets(&ahead, size, content))
        return false;
    *reader = ahead;
    return true;
}

void write_octets(struct buffer *buffer, struct view octets)
{
    if (octets.size > buffer->room - buffer->size) {
        size_t room = 2 * (buffer->size + octets.size) + 64;
        uint8_t *data = call_take(buffer->call, room);
        if (buffer->size != 0)
            memcpy(data, buffer->data, buffer->size);
        buffer->data = data;
        buffer->room = room;
    }
    if (octets.size != 0)
        memcpy(buffer->data + buffer->size, octets.data, octets.size);
    buffer->size += octets.size;
}

void write_uint(struct buffer *buffer, size_t octets, uint32_t value)
{
    for (size_t index = octets; index-- > 0;) {
        uint8_t octet = (uint8_t)(value >> (8 * index));
        write_octets(buffer, view_of(&octet, 1));
    }
}

bool write_vector(struct buffer *buffer, size_t octets, struct view content)
{
    if (octets < sizeof(size_t) && content.size >> (8 * octets) != 0)
        return false;
    write_uint(buffer, octets, (uint32_t)content.size);
    write_octets(buffer, content);
    return true;
}

struct view buffer_view(const struct buffer *buffer)
{
    return view_of(buffer->data, buffer->size);
}
