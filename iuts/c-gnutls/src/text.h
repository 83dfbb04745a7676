/* Octets and times as text: hexadecimal, base64url without padding (RFC 4648 section 5), base64 (section 4), RFC 3339. */
#ifndef TEXT_H
#define TEXT_H

#include "bytes.h"

#include <time.h>

/* Lower-case hexadecimal, ended by a zero; the call owns it. */
char *text_hex(struct call *call, struct view octets);
/* Returns false where it is no hexadecimal. */
bool text_unhex(struct call *call, struct view text, struct view *octets);

char *text_base64url(struct call *call, struct view octets);
/* Strict: no padding, no white space, no character outside of the alphabet, no bits left over. */
bool text_unbase64url(struct call *call, struct view text, struct view *octets);

char *text_base64(struct call *call, struct view octets);
/* Strict: with its padding, and nothing outside of the alphabet. */
bool text_unbase64(struct call *call, struct view text, struct view *octets);

/* Reads a time of RFC 3339 in UTC, such as 2026-01-01T00:00:00Z. */
bool text_time(const char *text, time_t *time);

#endif
