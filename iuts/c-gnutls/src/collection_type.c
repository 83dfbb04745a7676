#include "collection_type.h"

#include <ctype.h>
#include <string.h>

/* Dotted decimals: an absolute object identifier. */
bool is_object_identifier(struct view text)
{
    bool digit_before = false;
    size_t dots = 0;
    for (size_t index = 0; index < text.size; index++) {
        bool dot = text.data[index] == '.';
        if ((dot && !digit_before) || (!dot && !isdigit(text.data[index])))
            return false;
        dots += dot;
        digit_before = !dot;
    }
    return digit_before && dots != 0 && text.data[0] <= '2' && text.data[1] == '.';
}

/* absolute-URI of RFC 3986 section 4.3: a scheme, something behind it, and no fragment. */
bool is_absolute_uri(struct view text)
{
    struct view scheme, rest;
    if (!view_split(text, ':', &scheme, &rest) || scheme.size == 0 || rest.size == 0 || !isalpha(scheme.data[0]))
        return false;
    for (size_t index = 0; index < scheme.size; index++)
        if (!isalnum(scheme.data[index]) && strchr("+-.", scheme.data[index]) == NULL)
            return false;
    for (size_t index = 0; index < rest.size; index++) {
        uint8_t octet = rest.data[index];
        if (octet == 0 || (!isalnum(octet) && strchr("-._~:/?[]@!$&'()*+,;=%", octet) == NULL))
            return false;
    }
    return true;
}
