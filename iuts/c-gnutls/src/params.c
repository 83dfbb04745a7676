#include "params.h"

#include "text.h"

bool param_given(const json_t *params, const char *name)
{
    const json_t *member = json_object_get(params, name);
    return member != NULL && !json_is_null(member);
}

bool param_text(struct call *call, const json_t *params, const char *name, const char **text)
{
    *text = json_string_value(json_object_get(params, name));
    return *text != NULL || call_misused(call, "%s is no text", name);
}

static bool octets_of(struct call *call, const json_t *member, const char *name, struct view *octets)
{
    if (!json_is_string(member) || !text_unhex(call, view_of(json_string_value(member), json_string_length(member)), octets))
        return call_misused(call, "%s is no hexadecimal", name);
    return true;
}

bool param_octets(struct call *call, const json_t *params, const char *name, struct view *octets)
{
    return octets_of(call, json_object_get(params, name), name, octets);
}

bool param_optional_octets(struct call *call, const json_t *params, const char *name, struct view **octets)
{
    *octets = NULL;
    if (!param_given(params, name))
        return true;
    *octets = call_take(call, sizeof **octets);
    return param_octets(call, params, name, *octets);
}

bool param_octets_list(struct call *call, const json_t *params, const char *name, struct views *list)
{
    const json_t *member = json_object_get(params, name);
    if (!json_is_array(member))
        return call_misused(call, "%s is no list", name);
    list->count = json_array_size(member);
    list->list = call_take(call, list->count * sizeof *list->list);
    for (size_t index = 0; index < list->count; index++)
        if (!octets_of(call, json_array_get(member, index), name, &list->list[index]))
            return false;
    return true;
}

bool param_integer(struct call *call, const json_t *params, const char *name, json_int_t least, json_int_t most, json_int_t *value)
{
    const json_t *member = json_object_get(params, name);
    *value = json_integer_value(member);
    return (json_is_integer(member) && *value >= least && *value <= most) ||
           call_misused(call, "%s is no integer from %lld to %lld", name, (long long)least, (long long)most);
}

bool param_code_points(struct call *call, const json_t *params, const char *name, struct code_points *points)
{
    const json_t *member = json_object_get(params, name);
    if (!json_is_array(member))
        return call_misused(call, "%s is no list", name);
    points->count = json_array_size(member);
    points->list = call_take(call, points->count * sizeof *points->list);
    for (size_t index = 0; index < points->count; index++) {
        const json_t *point = json_array_get(member, index);
        if (!json_is_integer(point) || json_integer_value(point) < 0 || json_integer_value(point) > 0xffff)
            return call_misused(call, "%s holds something that is no code point", name);
        points->list[index] = (uint32_t)json_integer_value(point);
    }
    return true;
}
