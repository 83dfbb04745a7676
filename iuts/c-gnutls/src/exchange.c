/* Requests, authenticators and their validation, as the control protocol asks for them. */
#include "methods.h"

#include "attester.h"
#include "params.h"
#include "relying_party.h"
#include "text.h"

#include <string.h>

json_t *json_octets(struct call *call, struct view octets)
{
    return json_string(text_hex(call, octets));
}

static bool answer(struct call *call, const char *name, struct view octets, json_t **result)
{
    *result = json_pack("{s:o}", name, json_octets(call, octets));
    return true;
}

bool exchange_request(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    struct code_points schemes;
    struct view *context, request;
    if (!channel_find(call, shim, params, &channel) || !param_code_points(call, params, "signatureSchemes", &schemes) ||
        !param_optional_octets(call, params, "context", &context))
        return false;
    if (schemes.count == 0 || !json_is_boolean(json_object_get(params, "attestation")))
        return call_misused(call, "signatureSchemes is empty, or attestation is neither true nor false");
    bool attestation = json_is_true(json_object_get(params, "attestation"));
    return relying_party_request(call, &channel->connection, &shim->profile, &schemes, attestation, context, &request) &&
           answer(call, "request", request, result);
}

static bool read_identity(struct call *call, const json_t *params, struct identity **identity)
{
    *identity = NULL;
    if (!param_given(params, "identity"))
        return true;
    const json_t *member = json_object_get(params, "identity");
    *identity = call_take(call, sizeof **identity);
    if (!param_octets_list(call, member, "chain", &(*identity)->chain) || !param_octets(call, member, "key", &(*identity)->key))
        return false;
    return (*identity)->chain.count != 0 || call_misused(call, "the chain of the identity is empty");
}

/* Reads one of several texts into the number of its place. Unsupported where it is none of them. */
static bool read_choice(struct call *call, const json_t *params, const char *name, const char *const *choices, size_t *choice)
{
    const char *text;
    if (!param_text(call, params, name, &text))
        return false;
    for (*choice = 0; choices[*choice] != NULL; ++*choice)
        if (strcmp(text, choices[*choice]) == 0)
            return true;
    return call_unsupported(call, text);
}

static bool read_attestation(struct call *call, const json_t *params, struct attestation **attestation)
{
    static const char *const models[] = {"background-check", "passport", NULL}, *const forms[] = {"record", "tag", "collection", NULL};
    static const char *const types[] = {"application/eat+cwt", "application/eat+jwt", NULL}, *const encodings[] = {"cbor", "json", NULL};
    const json_t *member = json_object_get(params, "attestation");
    size_t model, type, encoding, form = 0;
    *attestation = NULL;
    if (!param_given(params, "attestation"))
        return true;
    if (!read_choice(call, member, "model", models, &model) || !read_choice(call, member, "type", types, &type) ||
        !read_choice(call, member, "cmw", encodings, &encoding) ||
        (param_given(member, "form") && !read_choice(call, member, "form", forms, &form)))
        return false;
    struct attestation *read = call_take(call, sizeof *read);
    *read = (struct attestation){.passport = model == 1, .jwt = type == 1, .json = encoding == 1};
    read->form = form == 0 ? FORM_RECORD : form == 1 ? FORM_TAG : FORM_COLLECTION;
    *attestation = read;
    if (read->passport)
        return param_octets(call, member, "result", &read->result);
    const json_t *claims = json_object_get(member, "claims");
    return param_octets(call, claims, "ueid", &read->ueid) && param_octets(call, claims, "measurement", &read->measurement) &&
           param_octets(call, member, "key", &read->key) && param_octets_list(call, member, "chain", &read->chain);
}

bool exchange_authenticate(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    struct view *request, authenticator;
    struct identity *identity;
    struct attestation *attestation;
    return channel_find(call, shim, params, &channel) && param_optional_octets(call, params, "request", &request) &&
           read_identity(call, params, &identity) && read_attestation(call, params, &attestation) &&
           attester_authenticate(call, &channel->connection, &shim->profile, request, identity, attestation, &authenticator) &&
           answer(call, "authenticator", authenticator, result);
}

bool read_policy(struct call *call, const json_t *params, struct roots *pkix, struct appraisal_policy *policy)
{
    static const char *const choices[] = {"none", "optional", "required", NULL}, *const signed_choices[] = {"refuse", "accept", NULL};
    const json_t *trust = json_object_get(params, "trust"), *member = json_object_get(params, "policy");
    struct view *measurement;
    size_t choice, signed_choice = 0;
    time_t now = time(NULL);
    *pkix = (struct roots){0};
    *policy = (struct appraisal_policy){0};
    if (!param_octets_list(call, trust, "pkix", &pkix->certificates) ||
        !param_octets_list(call, trust, "attestation", &policy->evidence.certificates) ||
        !param_octets_list(call, trust, "results", &policy->results.certificates) ||
        !read_choice(call, member, "attestation", choices, &choice) || !param_optional_octets(call, member, "measurement", &measurement) ||
        (param_given(member, "signedCmw") && !read_choice(call, member, "signedCmw", signed_choices, &signed_choice)))
        return false;
    const char *text = json_string_value(json_object_get(params, "now"));
    if (param_given(params, "now") && (text == NULL || !text_time(text, &now)))
        return call_misused(call, "now is no time of RFC 3339 in UTC");
    policy->attestation = choice == 0 ? ATTESTATION_NONE : choice == 1 ? ATTESTATION_OPTIONAL : ATTESTATION_REQUIRED;
    policy->signed_cmw = signed_choice == 1;
    policy->measured = measurement != NULL;
    if (measurement != NULL)
        policy->measurement = *measurement;
    pkix->now = policy->evidence.now = policy->results.now = now;
    return true;
}

json_t *accepted(struct call *call, const struct view *context, const struct views *chain, const struct attested *attested)
{
    json_t *certificates = json_array();
    for (size_t index = 0; index < chain->count; index++)
        json_array_append_new(certificates, json_octets(call, chain->list[index]));
    json_t *members =
        json_pack("{s:o, s:o, s:b}", "context", json_octets(call, *context), "chain", certificates, "attested", attested->attested);
    if (attested->attested) {
        json_object_set_new(members, "model", json_string(attested->passport ? "passport" : "background-check"));
        json_object_set_new(members, "type", json_string(attested->jwt ? "application/eat+jwt" : "application/eat+cwt"));
    }
    return json_pack("{s:o}", "accepted", members);
}

bool exchange_validate(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    struct channel *channel;
    struct view *request, authenticator;
    struct roots pkix;
    struct appraisal_policy policy;
    struct validated validated;
    if (!channel_find(call, shim, params, &channel) || !param_optional_octets(call, params, "request", &request) ||
        !param_octets(call, params, "authenticator", &authenticator) || !read_policy(call, params, &pkix, &policy) ||
        !relying_party_validate(call, &channel->connection, &shim->profile, request, authenticator, &pkix, &policy, &validated))
        return false;
    *result = accepted(call, &validated.context, &validated.chain, &validated.attested);
    return true;
}

bool exchange_context(struct call *call, struct shim *shim, const json_t *params, json_t **result)
{
    (void)shim;
    struct view message;
    struct request request;
    struct authenticator authenticator;
    if (param_given(params, "request"))
        return param_octets(call, params, "request", &message) && request_read(call, message, &request) &&
               answer(call, "context", request.context, result);
    if (!param_octets(call, params, "authenticator", &message) || !authenticator_read(call, message, &authenticator))
        return false;
    if (authenticator.empty)
        return call_refuse(call, "empty-authenticator", "an empty authenticator has no context");
    return answer(call, "context", authenticator.context, result);
}
