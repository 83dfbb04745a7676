/* Members of the parameters of a call. All of them say `misused` where a member is missing or of the wrong type, and then return false. */
#ifndef PARAMS_H
#define PARAMS_H

#include "message.h"

#include <jansson.h>

bool param_text(struct call *call, const json_t *params, const char *name, const char **text);
bool param_octets(struct call *call, const json_t *params, const char *name, struct view *octets);
bool param_octets_list(struct call *call, const json_t *params, const char *name, struct views *list);
bool param_integer(struct call *call, const json_t *params, const char *name, json_int_t least, json_int_t most, json_int_t *value);
bool param_code_points(struct call *call, const json_t *params, const char *name, struct code_points *points);

/* Whether the member is there and not null. */
bool param_given(const json_t *params, const char *name);

/* The same for a member that may be absent or null: `octets` is then NULL. */
bool param_optional_octets(struct call *call, const json_t *params, const char *name, struct view **octets);

#endif
