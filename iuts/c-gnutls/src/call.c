#include "call.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct owned {
    struct owned *next;
    void (*release)(void *);
    void *object;
};

void call_defer(struct call *call, void (*release)(void *), void *object)
{
    struct owned *owned = malloc(sizeof *owned);
    if (owned == NULL)
        abort();
    *owned = (struct owned){.next = call->owned, .release = release, .object = object};
    call->owned = owned;
}

void *call_take(struct call *call, size_t size)
{
    /* One octet at least: an empty array is an array, and no null pointer. */
    void *memory = calloc(1, size == 0 ? 1 : size);
    if (memory == NULL)
        abort();
    call_defer(call, free, memory);
    return memory;
}

void call_end(struct call *call)
{
    while (call->owned != NULL) {
        struct owned *owned = call->owned;
        call->owned = owned->next;
        owned->release(owned->object);
        free(owned);
    }
}

static bool decide(struct call *call, enum outcome outcome, const char *code, const char *format, va_list arguments)
{
    call->outcome = outcome;
    call->code = code;
    (void)vsnprintf(call->detail, sizeof call->detail, format, arguments);
    return false;
}

bool call_refuse(struct call *call, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    decide(call, OUTCOME_REFUSED, code, format, arguments);
    va_end(arguments);
    return false;
}

bool call_fail(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    decide(call, OUTCOME_FAILED, NULL, format, arguments);
    va_end(arguments);
    return false;
}

bool call_misused(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    decide(call, OUTCOME_MISUSED, NULL, format, arguments);
    va_end(arguments);
    return false;
}

bool call_unsupported(struct call *call, const char *feature)
{
    call->outcome = OUTCOME_UNSUPPORTED;
    call->code = feature;
    (void)snprintf(call->detail, sizeof call->detail, "%s is not supported", feature);
    return false;
}

bool call_retry(struct call *call)
{
    if (call->outcome != OUTCOME_REFUSED)
        return false;
    call->outcome = OUTCOME_DONE;
    call->code = NULL;
    return true;
}
