/* What the type of a collection may be (draft-ietf-rats-msg-wrap section 3.3). */
#ifndef COLLECTION_TYPE_H
#define COLLECTION_TYPE_H

#include "bytes.h"

/* Whether the text is an absolute object identifier in dotted decimals. */
bool is_object_identifier(struct view text);

/* Whether the text is an absolute-URI of RFC 3986 section 4.3, which has no fragment. */
bool is_absolute_uri(struct view text);

#endif
