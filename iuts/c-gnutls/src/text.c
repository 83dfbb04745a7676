#include "text.h"

#include <stdio.h>
#include <string.h>

static const char URL_ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char STANDARD_ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *text_hex(struct call *call, struct view octets)
{
    static const char digits[] = "0123456789abcdef";
    char *text = call_take(call, 2 * octets.size + 1);
    for (size_t index = 0; index < octets.size; index++) {
        text[2 * index] = digits[octets.data[index] >> 4];
        text[2 * index + 1] = digits[octets.data[index] & 15];
    }
    return text;
}

static int digit_of(uint8_t character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

bool text_unhex(struct call *call, struct view text, struct view *octets)
{
    if (text.size % 2 != 0)
        return false;
    uint8_t *data = call_take(call, text.size / 2);
    for (size_t index = 0; index < text.size / 2; index++) {
        int high = digit_of(text.data[2 * index]), low = digit_of(text.data[2 * index + 1]);
        if (high < 0 || low < 0)
            return false;
        data[index] = (uint8_t)(high << 4 | low);
    }
    *octets = view_of(data, text.size / 2);
    return true;
}

static char *encode(struct call *call, struct view octets, const char *alphabet, bool padded)
{
    char *text = call_take(call, (octets.size + 2) / 3 * 4 + 1);
    size_t length = 0;
    for (size_t index = 0; index < octets.size; index += 3) {
        size_t taken = octets.size - index < 3 ? octets.size - index : 3;
        uint32_t group = 0;
        for (size_t each = 0; each < 3; each++)
            group = group << 8 | (each < taken ? octets.data[index + each] : 0U);
        for (size_t each = 0; each < 4; each++) {
            if (each <= taken)
                text[length++] = alphabet[group >> (18 - 6 * each) & 63];
            else if (padded)
                text[length++] = '=';
        }
    }
    return text;
}

/* Decodes text without its padding. Bits that are left over must be zero, or two texts would stand for the same octets. */
static bool decode(struct call *call, struct view text, const char *alphabet, struct view *octets)
{
    uint8_t *data = call_take(call, text.size / 4 * 3 + 3);
    size_t size = 0, bits = 0;
    uint32_t held = 0;
    for (size_t index = 0; index < text.size; index++) {
        const char *found = text.data[index] == 0 ? NULL : strchr(alphabet, text.data[index]);
        if (found == NULL)
            return false;
        held = (held << 6 | (uint32_t)(found - alphabet)) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            data[size++] = (uint8_t)(held >> bits);
        }
    }
    if (bits == 6 || (held & ((1U << bits) - 1)) != 0)
        return false;
    *octets = view_of(data, size);
    return true;
}

char *text_base64url(struct call *call, struct view octets)
{
    return encode(call, octets, URL_ALPHABET, false);
}

bool text_unbase64url(struct call *call, struct view text, struct view *octets)
{
    return decode(call, text, URL_ALPHABET, octets);
}

char *text_base64(struct call *call, struct view octets)
{
    return encode(call, octets, STANDARD_ALPHABET, true);
}

bool text_unbase64(struct call *call, struct view text, struct view *octets)
{
    if (text.size % 4 != 0)
        return false;
    for (size_t each = 0; each < 2 && text.size != 0 && text.data[text.size - 1] == '='; each++)
        text.size--;
    return decode(call, text, STANDARD_ALPHABET, octets);
}

bool text_time(const char *text, time_t *time)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == NULL)
        return false;
    if (*end == '.') /* fractions of a second do not count */
        end += 1 + strspn(end + 1, "0123456789");
    if (strcmp(end, "Z") != 0)
        return false;
    *time = timegm(&parts);
    return true;
}
