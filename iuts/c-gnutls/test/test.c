/*
 * Unit tests: the published vectors, and what they do not reach. `bin/test FOLDER` takes the folder of the vectors; it says what is wrong,
 * and exits 1 where something is.
 */
#include "attester.h"
#include "cbor_strict.h"
#include "cmw.h"
#include "evidence.h"
#include "methods.h"
#include "params.h"
#include "relying_party.h"
#include "scheme.h"
#include "text.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned checks, failures;

static void check(bool right, const char *what)
{
    checks++;
    if (!right) {
        failures++;
        (void)fprintf(stderr, "WRONG %s\n", what);
    }
}

/* ---- octets and text ---- */

static void test_reader(void)
{
    static const uint8_t octets[] = {0x00, 0x02, 0xaa, 0xbb, 0x05, 0x01};
    struct reader reader = {view_of(octets, sizeof octets)};
    struct view content;
    uint32_t value;
    check(read_vector(&reader, 2, &content) && content.size == 2 && content.data[1] == 0xbb, "a vector is read");
    check(!read_vector(&reader, 1, &content) && reader.left.size == 2, "a vector beyond the end is not read, and takes nothing");
    check(!read_uint(&reader, 3, &value) && reader.left.size == 2, "an integer beyond the end is not read, and takes nothing");
    check(read_uint(&reader, 2, &value) && value == 0x0501, "an integer is read");
}

static void test_text(void)
{
    static const char *const wrong_base64url[] = {"A", "AB==", "A+", "A/", "A B", "AB\n", "AB"};
    struct call call = {0};
    struct view octets;
    time_t time;
    for (size_t index = 0; index < sizeof wrong_base64url / sizeof *wrong_base64url; index++)
        check(!text_unbase64url(&call, view_of_text(wrong_base64url[index]), &octets), wrong_base64url[index]);
    check(text_unbase64url(&call, view_of_text("-_8"), &octets) && octets.size == 2 && octets.data[0] == 0xfb, "base64url is read");
    check(strcmp(text_base64url(&call, octets), "-_8") == 0, "base64url is written without padding");
    check(strcmp(text_base64(&call, octets), "+/8=") == 0, "base64 is written with padding");
    check(text_unbase64(&call, view_of_text("+/8="), &octets) && octets.size == 2, "base64 is read");
    check(!text_unbase64(&call, view_of_text("+/8"), &octets), "base64 without its padding is not read");
    check(text_time("2026-01-01T00:00:00Z", &time) && time == 1767225600, "a time is read");
    check(text_time("2026-01-01T00:00:00.250Z", &time) && time == 1767225600, "a time with a fraction is read");
    check(!text_time("2026-01-01T00:00:00+01:00", &time) && !text_time("2026-01-01", &time), "a time of another zone is not read");
    call_end(&call);
}

/* ---- CBOR ---- */

static void test_cbor(void)
{
    static const struct {
        const char *hex, *what;
        bool strict;
    } items[] = {
        {"a20102180101", "an integer key twice, in two encodings", false},
        {"a1a20101010201", "a key twice in a map that is a key", false},
        {"81d2a20101 0102", "a key twice below a tag", false},
        {"9bffffffffffffffff", "an array of 2^64-1", false},
        {"bb8000000000000000", "a map of 2^63", false},
        {"5affffffff00", "a byte string of 4 GiB", false},
        {"0000", "a second item", false},
        {"62c328", "text that is no UTF-8", false},
        {"ff", "a break alone", false},
        {"8201", "an array cut short", false},
        {"a20102200103", "an array cut short in a map", false},
        {"d28440a04040", "a COSE_Sign1", true},
        {"bf01029f03ffff", "a map of indefinite length without a second value", false},
        {"bf01029f03ff04ff", "a map and an array of indefinite length", true},
        {"a201022002", "keys 1 and -1", true},
        {"5f41aa41bbff", "a byte string of indefinite length", true},
    };
    for (size_t index = 0; index < sizeof items / sizeof *items; index++) {
        struct call call = {0};
        struct view octets;
        cbor_item_t *item;
        if (text_unhex(&call, view_of_text(items[index].hex), &octets))
            check(cbor_read(&call, octets, "cmw", &item) == items[index].strict, items[index].what);
        call_end(&call);
    }
    struct call call = {0};
    cbor_item_t *item;
    uint8_t nested[20000];
    memset(nested, 0x81, sizeof nested);
    check(!cbor_read(&call, view_of(nested, sizeof nested), "cmw", &item), "arrays nested 20,000 deep");
    memset(nested, 0xd2, sizeof nested);
    check(!cbor_read(&call, view_of(nested, sizeof nested), "cmw", &item), "tags nested 20,000 deep");
    call_end(&call);
}

/* ---- signatures ---- */

static void test_schemes(void)
{
    static const struct {
        uint16_t scheme;
        unsigned bits;
    } keys[] = {{0x0403, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
                {0x0503, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1)},
                {0x0603, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1)},
                {0x0807, 0},
                {0x0808, 0},
                {0x0804, 2048},
                {0x0806, 2048},
                {0x0809, 2048},
                {0x080b, 2048}};
    size_t count = sizeof keys / sizeof *keys;
    gnutls_privkey_t private[sizeof keys / sizeof *keys];
    gnutls_pubkey_t public[sizeof keys / sizeof *keys];
    struct view content = view_of_text("content"), other = view_of_text("Content");
    for (size_t index = 0; index < count; index++) {
        const struct scheme *scheme = scheme_of(keys[index].scheme);
        gnutls_privkey_init(&private[index]);
        gnutls_pubkey_init(&public[index]);
        check(scheme != NULL && gnutls_privkey_generate(private[index], scheme -> algorithm.key, keys[index].bits, 0) == 0 &&
                  gnutls_pubkey_import_privkey(public[index], private[index], 0, 0) == 0,
              "a key is made");
    }
    for (size_t index = 0; index < count; index++) {
        struct call call = {0};
        struct view signature, raw;
        const struct algorithm *algorithm = &scheme_of(keys[index].scheme)->algorithm;
        check(algorithm_fits_private(algorithm, private[index]), "a scheme fits its key");
        check(algorithm_sign(&call, algorithm, private[index], content, &signature) &&
                  algorithm_verify(algorithm, public[index], content, signature),
              "a signature verifies");
        check(!algorithm_verify(algorithm, public[index], other, signature), "a signature over something else does not verify");
        check(!algorithm_verify(algorithm, public[index], content, view_of(signature.data, 0)), "an empty signature does not verify");
        struct buffer longer = {.call = &call};
        write_octets(&longer, signature);
        write_uint(&longer, 1, 0);
        check(!algorithm_verify(algorithm, public[index], content, buffer_view(&longer)),
              "a signature with an octet behind it does not verify");
        struct buffer ber = {.call = &call}; /* SEQUENCE with its length in the long form */
        struct reader der = {signature};
        struct view tag;
        if (scheme_of(keys[index].scheme)->code_point == 0x0403 && read_octets(&der, 1, &tag)) {
            write_octets(&ber, tag);
            write_uint(&ber, 1, 0x81);
            write_octets(&ber, der.left);
            check(!algorithm_verify(algorithm, public[index], content, buffer_view(&ber)), "an ECDSA signature in BER is none in DER");
        }
        check(algorithm_sign_raw(&call, algorithm, private[index], content, &raw) &&
                  algorithm_verify_raw(&call, algorithm, public[index], content, raw),
              "a signature of JOSE verifies");
        check(algorithm->octets == 0 || raw.size == 2 * algorithm->octets, "r and s are as long as the curve");
        check(algorithm->octets == 0 || !algorithm_verify_raw(&call, algorithm, public[index], content, signature),
              "a signature in DER is none of JOSE");
        bool all = true; /* one in 128 has r or s with a zero in front */
        for (size_t each = 0; algorithm->octets == 32 && each < 1000; each++)
            all = all && algorithm_sign_raw(&call, algorithm, private[index], content, &raw) && raw.size == 64 &&
                  algorithm_verify_raw(&call, algorithm, public[index], content, raw);
        check(all, "r and s of any length");
        for (size_t each = 0; each < count; each++) {
            const struct algorithm *wrong = &scheme_of(keys[each].scheme)->algorithm;
            if (wrong->key == algorithm->key && wrong->curve == algorithm->curve)
                continue;
            check(!algorithm_fits_private(wrong, private[index]) && !algorithm_verify(wrong, public[index], content, signature),
                  "a scheme does not fit the key of another one");
        }
        call_end(&call);
    }
    for (size_t index = 0; index < count; index++) {
        gnutls_privkey_deinit(private[index]);
        gnutls_pubkey_deinit(public[index]);
    }
    check(scheme_of(0x0401) == NULL && scheme_of(0x0203) == NULL && scheme_of(0x0201) == NULL,
          "PKCS #1 v1.5 and SHA-1 are none of TLS 1.3");
}

/* A key under RSASSA-PSS that is bound to SHA-256 goes with that scheme alone. */
static void test_bound_key(void)
{
    gnutls_privkey_t key;
    gnutls_x509_spki_t parameters;
    gnutls_privkey_init(&key);
    gnutls_x509_spki_init(&parameters);
    gnutls_x509_spki_set_rsa_pss_params(parameters, GNUTLS_DIG_SHA256, 32);
    gnutls_keygen_data_st data = {.type = GNUTLS_KEYGEN_SPKI, .data = (unsigned char *)parameters, .size = sizeof parameters};
    check(gnutls_privkey_generate2(key, GNUTLS_PK_RSA_PSS, 2048, 0, &data, 1) == 0, "a bound key is made");
    check(algorithm_fits_private(&scheme_of(0x0809)->algorithm, key), "rsa_pss_pss_sha256 goes with a key that is bound to SHA-256");
    check(!algorithm_fits_private(&scheme_of(0x080a)->algorithm, key),
          "rsa_pss_pss_sha384 does not go with a key that is bound to SHA-256");
    gnutls_x509_spki_deinit(parameters);
    gnutls_privkey_deinit(key);
}

/* ---- Finished, by the one published vector that is not ours: that of fizz ---- */

static bool fizz_exporter(const struct connection *connection, struct view label, struct view context, size_t size, uint8_t *value)
{
    (void)connection, (void)label, (void)context;
    memcpy(value, "12345678901234567890123456789012", size);
    return size == 32;
}

static void test_fizz(void)
{
    struct call call = {0};
    const struct connection connection = {.hash = GNUTLS_DIG_SHA256, .exporter = fizz_exporter};
    struct view request, certificate, certificate_verify, empty, expected, expected_empty, mac;
    if (!text_unhex(&call, view_of_text("14303132333435363738396162636465666768696a0008000d000400020403"), &request) ||
        !text_unhex(&call, view_of_text("0b00000400000000"), &certificate) ||
        !text_unhex(&call, view_of_text("0f00000d040300097369676e6174757265"), &certificate_verify) ||
        !text_unhex(&call, view_of_text("0b00001814303132333435363738396162636465666768696a000000"), &empty) ||
        !text_unhex(&call, view_of_text("b523548c421b05f7f3c33276fbdd5266ba2df103796d7d483368259860a648f2"), &expected) ||
        !text_unhex(&call, view_of_text("11fae4bcdf4673b6dfb276d886c4cd1c5b0920da961643f062d1d4a6062115b1"), &expected_empty))
        abort();
    check(finished_mac(&call, &connection, SIDE_SERVER, request, certificate, certificate_verify, &mac) && view_equal(mac, expected),
          "Finished of fizz");
    check(finished_mac(&call, &connection, SIDE_SERVER, request, empty, view_of(NULL, 0), &mac) && view_equal(mac, expected_empty),
          "empty authenticator of fizz");
    call_end(&call);
}

/* ---- the published vectors ---- */

/* The members of `own` over those of `common`. */
static json_t *merged(const json_t *common, const json_t *own)
{
    json_t *members = json_copy((json_t *)common);
    if (members == NULL)
        abort();
    if (own != NULL)
        json_object_update(members, (json_t *)own);
    return members;
}

struct vector {
    const char *kind, *id;
    const json_t *inputs, *output;
    bool valid;
};

static void read_profile(struct shim *shim, const json_t *inputs)
{
    struct call call = {0};
    json_t *result = NULL, *params = json_pack("{s:i, s:O}", "protocol", 1, "profile", json_object_get(inputs, "profile"));
    check(params != NULL && hello(&call, shim, params, &result), "hello takes the profile of the vectors");
    json_decref(params);
    json_decref(result);
    call_end(&call);
}

/* The connection of a vector, seen from the end that does not send. */
static struct connection connection_of(struct call *call, const json_t *inputs)
{
    const json_t *recorded = json_object_get(inputs, "connection");
    const char *suite, *sender = json_string_value(json_object_get(inputs, "sender"));
    struct view *secret = call_take(call, sizeof *secret);
    struct connection connection = {.exporter = recorded_exporter, .source = secret};
    if (!param_text(call, recorded, "cipherSuite", &suite) || !param_octets(call, recorded, "exporterMasterSecret", secret))
        abort();
    connection.hash = strstr(suite, "SHA384") != NULL ? GNUTLS_DIG_SHA384 : GNUTLS_DIG_SHA256;
    connection.side = sender != NULL && strcmp(sender, "client") == 0 ? SIDE_SERVER : SIDE_CLIENT;
    return connection;
}

/* A whole authenticator, by the method `appraise`. */
static void test_authenticator(struct shim *shim, const struct vector *vector)
{
    struct call call = {0};
    json_t *params = merged(vector->inputs, vector->output), *result = NULL;
    json_object_update(params, json_object_get(vector->inputs, "connection"));
    check(appraise(&call, shim, params, &result) == vector->valid, vector->id);
    check(vector->valid || call.outcome == OUTCOME_REFUSED, "what is wrong in a vector is refused");
    json_decref(params);
    json_decref(result);
    call_end(&call);
}

/* An empty authenticator is refused as such where it is right, and for its MAC or form where it is not. */
static void test_empty(const struct vector *vector, const struct profile *profile)
{
    struct call call = {0};
    struct connection connection = connection_of(&call, vector->inputs);
    struct view request, authenticator;
    struct validated validated;
    if (!param_octets(&call, vector->inputs, "request", &request) || !param_octets(&call, vector->output, "authenticator", &authenticator))
        abort();
    check(!relying_party_validate(&call, &connection, profile, &request, authenticator, &(struct roots){0}, &(struct appraisal_policy){0},
                                  &validated),
          vector->id);
    check((strcmp(call.code, "empty-authenticator") == 0) == vector->valid, vector->id);
    call_end(&call);
}

/* A part of an authenticator: a CMW, Evidence or an Attestation Result, for the end-entity certificate that is given. */
static void test_part(struct shim *shim, const struct vector *vector)
{
    struct call call = {0};
    struct roots pkix;
    struct appraisal_policy policy;
    struct view leaf, context = {0}, cmw = {0};
    struct attested attested;
    gnutls_x509_crt_t certificate;
    gnutls_pubkey_t key;
    struct message message = {.jwt = strcmp("application/eat+jwt", json_string_value(json_object_get(vector->inputs, "mediaType")) == NULL
                                                                       ? ""
                                                                       : json_string_value(json_object_get(vector->inputs, "mediaType"))) ==
                                     0};
    bool result = strcmp(vector->kind, "result") == 0, whole = strcmp(vector->kind, "cmw") == 0;
    struct connection connection = {.hash = GNUTLS_DIG_SHA256, .exporter = fizz_exporter};
    if (!result)
        connection = connection_of(&call, vector->inputs);
    if (!read_policy(&call, vector->inputs, &pkix, &policy) || !param_octets(&call, vector->inputs, "endEntityCertificate", &leaf) ||
        !certificate_parse(&call, leaf, "other", &certificate, &key) ||
        (!result && !param_octets(&call, vector->inputs, "certificateRequestContext", &context)) ||
        !param_octets(&call, vector->output,
                      whole    ? "cmwData"
                      : result ? "attestationResult"
                               : "evidence",
                      whole ? &cmw : &message.value))
        abort();
    message.kind = result ? KIND_RESULT : KIND_EVIDENCE;
    if (!whole)
        cmw = cmw_write(&call, &(struct attestation){.form = FORM_RECORD}, &message);
    struct buffer extension = {.call = &call};
    write_vector(&extension, 2, cmw);
    struct view data = buffer_view(&extension);
    check(expat_appraise(&call, &connection, &shim->profile, context, key, &data, &policy, &attested) == vector->valid, vector->id);
    check(vector->valid ? attested.attested : call.outcome == OUTCOME_REFUSED, vector->id);
    call_end(&call);
}

/* Exporter values; where the vector is invalid, one of the three is another. */
static void test_exporter(const struct vector *vector, const struct profile *profile)
{
    static const char *const labels[2][2] = {
        {"EXPORTER-server authenticator handshake context", "EXPORTER-server authenticator finished key"},
        {"EXPORTER-client authenticator handshake context", "EXPORTER-client authenticator finished key"},
    };
    struct call call = {0};
    struct connection connection = connection_of(&call, vector->inputs);
    struct view expected[3], context = {0};
    uint8_t value[3][LONGEST_HASH];
    size_t size = gnutls_hash_get_len(connection.hash);
    if (!param_octets(&call, vector->inputs, "certificateRequestContext", &context) ||
        !param_octets(&call, vector->output, "handshakeContext", &expected[0]) ||
        !param_octets(&call, vector->output, "finishedKey", &expected[1]) ||
        !param_octets(&call, vector->output, "exportedValue", &expected[2]))
        abort();
    const char *const *own = labels[connection.side == SIDE_SERVER];
    bool made = recorded_exporter(&connection, view_of_text(own[0]), view_of(NULL, 0), size, value[0]) &&
                recorded_exporter(&connection, view_of_text(own[1]), view_of(NULL, 0), size, value[1]) &&
                recorded_exporter(&connection, view_of_text(profile->exporter_label), context, 32, value[2]);
    check((made && view_equal(expected[0], view_of(value[0], size)) && view_equal(expected[1], view_of(value[1], size)) &&
           view_equal(expected[2], view_of(value[2], 32))) == vector->valid,
          vector->id);
    call_end(&call);
}

/* Whether a request is wrong only because it is not what its sender was asked to make: the other end cannot know that. */
static bool wrong_for_sender_alone(const char *id)
{
    static const char *const names[] = {"/context-altered", "/context-dropped",           "/context-truncated",
                                        "/scheme-left-out", "/scheme-list-little-endian", "/schemes-of-certificates",
                                        "/offer-missing",   "/offer-under-other-number"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++)
        if (strstr(id, names[index]) != NULL)
            return true;
    return false;
}

/*
 * A right request is answered by the other end, by declining; and made again from what was asked, it is the same. A wrong one gets
 * no answer.
 */
static void test_request(const struct vector *vector, const struct profile *profile)
{
    struct call call = {0};
    struct view octets, made, authenticator;
    struct views earlier;
    struct request request;
    struct code_points schemes;
    const json_t *asked = json_object_get(vector->inputs, "asked");
    bool client = strcmp(json_string_value(json_object_get(vector->inputs, "sender")), "client") == 0;
    struct connection relying_party = {.side = client ? SIDE_CLIENT : SIDE_SERVER, .hash = GNUTLS_DIG_SHA256, .exporter = fizz_exporter};
    struct connection attester = relying_party;
    attester.side = client ? SIDE_SERVER : SIDE_CLIENT;
    if (!param_octets(&call, vector->output, "request", &octets) || !param_code_points(&call, asked, "signatureSchemes", &schemes) ||
        !param_octets_list(&call, vector->inputs, "earlierContexts", &earlier))
        abort();
    for (size_t index = 0; index < earlier.count; index++)
        context_use(&attester, earlier.list[index], CONTEXT_ANSWERED);
    check(attester_authenticate(&call, &attester, profile, &octets, NULL, NULL, &authenticator) ==
              (vector->valid || wrong_for_sender_alone(vector->id)),
          vector->id);
    if (strstr(vector->id, "/right") != NULL)
        check(request_read(&call, octets, &request) &&
                  relying_party_request(&call, &relying_party, profile, &schemes, json_is_true(json_object_get(asked, "attestation")),
                                        &request.context, &made) &&
                  view_equal(made, octets),
              vector->id);
    contexts_release(&attester);
    contexts_release(&relying_party);
    call_end(&call);
}

static void test_vector(struct shim *shim, const struct vector *vector)
{
    if (json_object_get(vector->inputs, "profile") != NULL)
        read_profile(shim, vector->inputs);
    if (strcmp(vector->kind, "authenticator") == 0)
        test_authenticator(shim, vector);
    else if (strcmp(vector->kind, "exchange") == 0)
        test_authenticator(shim, vector);
    else if (strcmp(vector->kind, "empty") == 0)
        test_empty(vector, &shim->profile);
    else if (strcmp(vector->kind, "exporter") == 0)
        test_exporter(vector, &shim->profile);
    else if (strcmp(vector->kind, "request") == 0)
        test_request(vector, &shim->profile);
    else
        test_part(shim, vector);
}

static void test_vectors(const char *folder, const char *name)
{
    struct shim shim = {.profile = {.exporter_length = 32}};
    char path[4096];
    json_error_t error;
    size_t each, index;
    json_t *group, *member;
    (void)snprintf(path, sizeof path, "%s/%s.json", folder, name);
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, error.text);
        exit(2);
    }
    unsigned before = checks;
    json_array_foreach(json_object_get(file, "groups"), each, group){json_array_foreach(json_object_get(group, "vectors"), index, member){
        json_t *inputs = merged(json_object_get(group, "inputs"), json_object_get(member, "inputs"));
    const struct vector vector = {.kind = json_string_value(json_object_get(group, "kind")),
                                  .id = json_string_value(json_object_get(member, "id")),
                                  .inputs = inputs,
                                  .output = json_object_get(member, "output"),
                                  .valid = strcmp(json_string_value(json_object_get(member, "result")), "valid") == 0};
    test_vector(&shim, &vector);
    json_decref(inputs);
}
}
(void)printf("%s: %u checks\n", name, checks - before);
check(checks != before, "there are vectors in the file");
json_decref(file);
}

/* ---- an exchange with oneself, with the keys of the vectors ---- */

static void key_of(struct call *call, const json_t *keys, const char *name, struct view *pkcs8, struct views *chain)
{
    const json_t *key = json_object_get(keys, name);
    if (!param_octets(call, key, "pkcs8", pkcs8) || !param_octets_list(call, key, "chain", chain))
        abort();
}

/* What differs between the exchanges that are tried. */
struct attempt {
    const char *what;
    bool attested, passport_of_nothing, other_measurement;
    struct attestation attestation;
    bool valid;
};

static void test_exchange(const json_t *file, const struct profile *profile, const struct attempt *attempt)
{
    struct call call = {0};
    const json_t *inputs = json_object_get(json_array_get(json_object_get(file, "groups"), 0), "inputs");
    struct connection relying_party = connection_of(&call, inputs), attester = relying_party;
    struct identity identity;
    struct attestation attestation = attempt->attestation;
    struct roots pkix;
    struct appraisal_policy policy;
    struct view request, authenticator;
    struct validated validated;
    uint32_t scheme = 0x0403;
    attester.side = SIDE_SERVER;
    relying_party.side = SIDE_CLIENT;
    key_of(&call, json_object_get(file, "keys"), "identity-p256", &identity.key, &identity.chain);
    key_of(&call, json_object_get(file, "keys"), "attestation-p256", &attestation.key, &attestation.chain);
    if (!read_policy(&call, inputs, &pkix, &policy))
        abort();
    attestation.measurement = attempt->other_measurement ? view_of_text("another") : policy.measurement;
    attestation.ueid = view_of_text("\1ueid-of-the-test");
    check(relying_party_request(&call, &relying_party, profile, &(struct code_points){&scheme, 1}, attempt->attested, NULL, &request) &&
              attester_authenticate(&call, &attester, profile, &request, &identity, &attestation, &authenticator),
          attempt->what);
    check(!attester_authenticate(&call, &attester, profile, &request, &identity, &attestation, &authenticator) && call_retry(&call),
          "no second authenticator is made for a context");
    check(relying_party_validate(&call, &relying_party, profile, &request, authenticator, &pkix, &policy, &validated) == attempt->valid,
          attempt->what);
    if (attempt->valid) {
        check(validated.attested.attested && !validated.attested.passport && validated.attested.jwt == attestation.jwt, attempt->what);
        check(!relying_party_validate(&call, &relying_party, profile, &request, authenticator, &pkix, &policy, &validated),
              "an authenticator counts once");
    }
    contexts_release(&attester);
    contexts_release(&relying_party);
    call_end(&call);
}

static void test_exchanges(const char *folder)
{
    static const struct attempt attempts[] = {
        {.what = "Evidence in a CWT", .attested = true, .valid = true},
        {.what = "Evidence in a JWT", .attested = true, .attestation.jwt = true, .valid = true},
        {.what = "Evidence in a CMW in JSON", .attested = true, .attestation.json = true, .valid = true},
        {.what = "Evidence in a tag", .attested = true, .attestation.form = FORM_TAG, .valid = true},
        {.what = "Evidence in a collection",
         .attested = true,
         .attestation = {.form = FORM_COLLECTION, .json = true, .jwt = true},
         .valid = true},
        {.what = "Evidence of another measurement", .attested = true, .other_measurement = true},
        {.what = "no offer, no attestation"},
    };
    struct shim shim = {0};
    char path[4096];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/exchanges.json", folder);
    json_t *file = json_load_file(path, 0, &error);
    if (file == NULL)
        abort();
    read_profile(&shim, json_object_get(json_array_get(json_object_get(file, "groups"), 0), "inputs"));
    for (size_t index = 0; index < sizeof attempts / sizeof *attempts; index++) {
        test_exchange(file, &shim.profile, &attempts[index]);
        shim.profile.raw_public_key = !shim.profile.raw_public_key;
    }
    json_decref(file);
}

int main(int count, char **arguments)
{
    static const char *const names[] = {"authenticators", "exchanges", "evidence-cwt", "evidence-jwt",         "attestation-results", "cmw",
                                        "exporter",       "requests",  "transcript",   "empty-and-spontaneous"};
    if (count != 2) {
        (void)fprintf(stderr, "usage: test FOLDER-OF-VECTORS\n");
        return 2;
    }
    path_initialise();
    test_reader();
    test_text();
    test_cbor();
    test_schemes();
    test_bound_key();
    test_fizz();
    for (size_t index = 0; index < sizeof names / sizeof *names; index++)
        test_vectors(arguments[1], names[index]);
    test_exchanges(arguments[1]);
    (void)printf("%u checks, %u wrong\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
