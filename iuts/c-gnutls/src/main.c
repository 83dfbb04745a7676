/* The loop of the control protocol: one JSON-RPC request a line on stdin, one answer a line on stdout. */
#include "methods.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PARSE_ERROR = -32700,
    INVALID_REQUEST = -32600,
    NO_METHOD = -32601,
    INVALID_PARAMS = -32602,
    INTERNAL_ERROR = -32603,
    UNSUPPORTED = -32001
};

static json_t *error_of(int code, const char *message)
{
    return json_pack("{s:i, s:s}", "code", code, "message", message);
}

/* The error of a call that has no result. */
static json_t *error_of_call(const struct call *call)
{
    if (call->outcome == OUTCOME_MISUSED)
        return error_of(INVALID_PARAMS, call->detail);
    if (call->outcome == OUTCOME_UNSUPPORTED)
        return json_pack("{s:i, s:s, s:{s:s}}", "code", UNSUPPORTED, "message", call->detail, "data", "feature", call->code);
    return error_of(INTERNAL_ERROR, call->detail);
}

/* Carries out one request; one of `result` and `error` is made. */
static void carry_out(struct shim *shim, const json_t *request, json_t **result, json_t **error)
{
    const char *name = json_string_value(json_object_get(request, "method"));
    method *serve = name == NULL ? NULL : method_find(name);
    if (name == NULL) {
        *error = error_of(INVALID_REQUEST, "no request of JSON-RPC");
        return;
    }
    if (serve == NULL) {
        *error = error_of(NO_METHOD, "there is no such method");
        return;
    }
    struct call call = {0};
    if (!serve(&call, shim, json_object_get(request, "params"), result)) {
        if (call.outcome == OUTCOME_REFUSED)
            *result = json_pack("{s:{s:s, s:s}}", "refused", "code", call.code, "detail", call.detail);
        else
            *error = error_of_call(&call);
    }
    call_end(&call);
}

static void answer_line(struct shim *shim, const char *line, size_t length)
{
    json_error_t where;
    json_t *result = NULL, *error = NULL;
    json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
    json_t *id = json_object_get(request, "id");
    if (request == NULL)
        error = error_of(PARSE_ERROR, where.text);
    else
        carry_out(shim, request, &result, &error);
    json_t *answer = json_pack("{s:s, s:O}", "jsonrpc", "2.0", "id", id == NULL ? json_null() : id);
    if (error == NULL && result == NULL)
        error = error_of(INTERNAL_ERROR, "the answer holds text that is no UTF-8");
    json_object_set_new(answer, error == NULL ? "result" : "error", error == NULL ? result : error);
    char *text = json_dumps(answer, JSON_COMPACT);
    if (text == NULL)
        abort();
    (void)puts(text);
    (void)fflush(stdout);
    free(text);
    json_decref(answer);
    json_decref(request);
}

int main(void)
{
    struct shim shim = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    signal(SIGPIPE, SIG_IGN);
    path_initialise();
    while (!shim.ended && (length = getline(&line, &room, stdin)) > 0)
        answer_line(&shim, line, (size_t)length);
    while (shim.channels != NULL) {
        struct channel *first = shim.channels;
        shim.channels = first->next;
        channel_close(first);
    }
    free(line);
    return 0;
}
