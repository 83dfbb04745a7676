/* The verdict of the relying party on a recorded authenticator, over a recorded secret in place of a connection. */
#include "methods.h"

#include "params.h"
#include "relying_party.h"
#include "scheme.h"

#include <string.h>

static void release_contexts(void *connection)
{
    contexts_release(connection);
}

bool appraise(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    const char *suite, *sender;
    struct view secret, *request, authenticator;
    struct views consumed = {0};
    struct roots pkix;
    struct appraisal_policy policy;
    struct validated validated;
    struct connection *connection = call_take(call, sizeof *connection);
    if (!param_text(call, params, "cipherSuite", &suite) || !param_text(call, params, "sender", &sender) ||
        !param_octets(call, params, "exporterMasterSecret", &secret) || !param_optional_octets(call, params, "request", &request) ||
        !param_octets(call, params, "authenticator", &authenticator) || !read_policy(call, params, &pkix, &policy) ||
        (param_given(params, "clientHello") && !param_code_points(call, params, "clientHello", &connection->hello_types)) ||
        (param_given(params, "consumedContexts") && !param_octets_list(call, params, "consumedContexts", &consumed)))
        return false;
    size_t index = 0;
    while (channel_suite(index) != NULL && strcmp(channel_suite(index), suite) != 0)
        index++;
    if (channel_suite(index) == NULL)
        return call_unsupported(call, suite);
    connection->hash = strstr(suite, "SHA384") != NULL ? GNUTLS_DIG_SHA384 : GNUTLS_DIG_SHA256;
    if (strcmp(sender, "server") != 0 && strcmp(sender, "client") != 0)
        return call_misused(call, "sender is neither client nor server");
    connection->side = strcmp(sender, "server") == 0 ? SIDE_CLIENT : SIDE_SERVER;
    connection->exporter = recorded_exporter;
    connection->source = &secret;
    call_defer(call, release_contexts, connection);
    /* What the ClientHello held in signature_algorithms is not recorded: all that is served counts as offered. */
    size_t served = 0;
    while (scheme_at(served) != NULL)
        served++;
    connection->hello_schemes.list = call_take(call, served * sizeof *connection->hello_schemes.list);
    for (; connection->hello_schemes.count < served; connection->hello_schemes.count++)
        connection->hello_schemes.list[connection->hello_schemes.count] = scheme_at(connection->hello_schemes.count)->code_point;
    for (size_t each = 0; each < consumed.count; each++) {
        if (consumed.list[each].size > 255)
            return call_misused(call, "a context is 255 octets long at most");
        context_use(connection, consumed.list[each], CONTEXT_VALIDATED);
    }
    if (!relying_party_validate(call, connection, &shim->profile, request, authenticator, &pkix, &policy, &validated))
        return false;
    *result = accepted(call, &validated.context, &validated.chain, &validated.attested);
    return true;
}
