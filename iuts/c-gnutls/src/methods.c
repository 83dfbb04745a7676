#include "methods.h"

#include "params.h"

#include <string.h>

bool channel_find(struct call *call, const struct shim *shim, const json_t *params, struct channel **channel)
{
    const char *name;
    if (!param_text(call, params, "channel", &name))
        return false;
    for (*channel = shim->channels; *channel != NULL; *channel = (*channel)->next)
        if (strcmp((*channel)->name, name) == 0)
            return true;
    return call_misused(call, "there is no channel \"%s\"", name);
}

static bool read_suites(struct call *call, const json_t *params, const char *const **suites)
{
    const json_t *member = json_object_get(params, "cipherSuites");
    size_t count = json_array_size(member);
    const char **names = call_take(call, (count + 1) * sizeof *names);
    for (size_t index = 0; index < count; index++) {
        names[index] = json_string_value(json_array_get(member, index));
        if (names[index] == NULL)
            return call_misused(call, "cipherSuites holds something that is no text");
    }
    *suites = names;
    return count != 0 || call_misused(call, "cipherSuites is no list of names");
}

static bool open_channel(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel_options options = {0};
    struct channel *channel;
    const char *side;
    json_int_t port;
    const json_t *address = json_object_get(params, "address"), *identity = json_object_get(params, "identity");
    if (!param_text(call, params, "channel", &options.name) || !param_text(call, params, "side", &side) ||
        !param_text(call, address, "host", &options.host) || !param_integer(call, address, "port", 1, 65535, &port) ||
        !read_suites(call, params, &options.suites))
        return false;
    if (strcmp(side, "server") != 0 && strcmp(side, "client") != 0)
        return call_misused(call, "side is neither client nor server");
    options.port = (int)port;
    options.side = strcmp(side, "server") == 0 ? SIDE_SERVER : SIDE_CLIENT;
    if (options.side == SIDE_SERVER &&
        (!param_octets_list(call, identity, "chain", &options.chain) || !param_octets(call, identity, "key", &options.key)))
        return false;
    if (options.side == SIDE_CLIENT &&
        (!param_text(call, params, "serverName", &options.server_name) || !param_octets_list(call, params, "trust", &options.trust)))
        return false;
    if (!channel_open(call, &options, &channel))
        return false;
    channel->next = shim->channels;
    shim->channels = channel;
    *result = json_pack("{s:s}", "cipherSuite", gnutls_ciphersuite_get(channel->session));
    return true;
}

static bool export_value(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    const char *label;
    struct view context;
    json_int_t length;
    if (!channel_find(call, shim, params, &channel) || !param_text(call, params, "label", &label) ||
        !param_octets(call, params, "context", &context) || !param_integer(call, params, "length", 1, 8160, &length))
        return false;
    uint8_t *value = call_take(call, (size_t)length);
    if (!channel->connection.exporter(&channel->connection, view_of_text(label), context, (size_t)length, value))
        return call_fail(call, "the exporter gives no value");
    *result = json_pack("{s:o}", "value", json_octets(call, view_of(value, (size_t)length)));
    return true;
}

static bool send_data(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    struct view data;
    if (!channel_find(call, shim, params, &channel) || !param_octets(call, params, "data", &data) || !channel_send(call, channel, data))
        return false;
    *result = json_object();
    return true;
}

static bool receive_data(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    struct view data;
    json_int_t length, timeout = 2000;
    if (!channel_find(call, shim, params, &channel) || !param_integer(call, params, "length", 0, INT32_MAX, &length) ||
        (param_given(params, "timeout") && !param_integer(call, params, "timeout", 0, INT32_MAX, &timeout)) ||
        !channel_receive(call, channel, (size_t)length, (int)timeout, &data))
        return false;
    *result = json_pack("{s:o}", "data", json_octets(call, data));
    return true;
}

static bool close_channel(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    if (!channel_find(call, shim, params, &channel))
        return false;
    struct channel **link = &shim->channels;
    while (*link != channel)
        link = &(*link)->next;
    *link = channel->next;
    channel_close(channel);
    *result = json_object();
    return true;
}

static bool bye(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    (void)call, (void)params;
    shim->ended = true;
    *result = json_object();
    return true;
}

method *method_find(const char *name)
{
    static const struct {
        const char *name;
        method *serve;
    } methods[] = {
        {"hello", hello},
        {"open", open_channel},
        {"request", exchange_request},
        {"authenticate", exchange_authenticate},
        {"validate", exchange_validate},
        {"context", exchange_context},
        {"appraise", appraise},
        {"export", export_value},
        {"send", send_data},
        {"receive", receive_data},
        {"close", close_channel},
        {"bye", bye},
    };
    for (size_t index = 0; index < sizeof methods / sizeof *methods; index++)
        if (strcmp(methods[index].name, name) == 0)
            return methods[index].serve;
    return NULL;
}
