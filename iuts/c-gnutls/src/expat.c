#include "expat.h"

#include "evidence.h"

#include <gnutls/abstract.h>

/* SubjectPublicKeyInfo in DER. The call owns it. */
static bool subject_public_key_info(struct call *call, gnutls_pubkey_t key, struct view *spki)
{
    gnutls_datum_t der = {0};
    if (gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) != 0)
        return call_fail(call, "GnuTLS does not write the end-entity key");
    call_defer(call, gnutls_free, der.data);
    *spki = view_of(der.data, der.size);
    return true;
}

/* Takes one TLV of DER, as GnuTLS writes it. */
static bool read_der(struct reader *reader, struct view *content)
{
    uint32_t tag, length;
    if (!read_uint(reader, 1, &tag) || !read_uint(reader, 1, &length))
        return false;
    if (length >= 0x80 && !read_uint(reader, length - 0x80, &length))
        return false;
    return read_octets(reader, length, content);
}

/* The bits of subjectPublicKey alone, behind AlgorithmIdentifier and the count of unused bits (RFC 5280 section 4.1). */
static bool subject_public_key(struct view spki, struct view *bits)
{
    struct reader outer = {spki};
    struct view sequence, algorithm;
    uint32_t unused;
    if (!read_der(&outer, &sequence))
        return false;
    struct reader inner = {sequence};
    if (!read_der(&inner, &algorithm) || !read_der(&inner, bits))
        return false;
    struct reader string = {*bits};
    if (!read_uint(&string, 1, &unused))
        return false;
    *bits = string.left;
    return true;
}

/*
 * binding = Hash(public key ‖ exported value), AIK_pub_hash = Hash(public key), with the hash of the cipher suite (expat
 * sections 5.1, 5.2). The context of the exporter is the request's, as it is.
 */
static bool make_binding(struct call *call, const struct connection *connection, const struct profile *profile, struct view context,
                         struct view spki, struct binding *binding)
{
    struct view key = spki;
    if (profile->raw_public_key && !subject_public_key(spki, &key))
        return call_fail(call, "the SubjectPublicKeyInfo that GnuTLS writes cannot be read");
    uint8_t *value = call_take(call, profile->exporter_length);
    if (!connection->exporter(connection, view_of_text(profile->exporter_label), context, profile->exporter_length, value))
        return call_fail(call, "the exporter gives no value");
    struct view parts[] = {key, view_of(value, profile->exporter_length)};
    binding->binding = hash_of(call, connection->hash, parts, 2);
    binding->aik_hash = hash_of(call, connection->hash, parts, 1);
    return true;
}

bool expat_attest(struct call *call, const struct connection *connection, const struct profile *profile, struct view context,
                  struct view leaf, const struct attestation *attestation, struct view *extension)
{
    struct message message = {
        .kind = attestation->passport ? KIND_RESULT : KIND_EVIDENCE, .jwt = attestation->jwt, .value = attestation->result};
    if (!attestation->passport) {
        gnutls_x509_crt_t certificate;
        gnutls_pubkey_t key;
        struct view spki;
        struct binding binding;
        if (!certificate_parse(call, leaf, "other", &certificate, &key))
            return call_misused(call, "the end-entity certificate cannot be read");
        if (!subject_public_key_info(call, key, &spki) || !make_binding(call, connection, profile, context, spki, &binding) ||
            !evidence_make(call, profile, attestation, &binding, &message.value))
            return false;
    }
    struct buffer data = {.call = call};
    /* CMWAttestation: cmw_data<1..2^16-1> (expat section 3). */
    if (!write_vector(&data, 2, cmw_write(call, attestation, &message)))
        return call_refuse(call, "other", "the CMW is too long for cmw_attestation");
    *extension = buffer_view(&data);
    return true;
}

/* What one message proves. Without an indicator its signer tells: one that attestation roots certify makes Evidence, an issuer results. */
static bool appraise_message(struct call *call, const struct profile *profile, const struct message *message, const struct binding *binding,
                             struct view spki, const struct appraisal_policy *policy, bool *passport)
{
    *passport = message->kind == KIND_RESULT;
    if (message->kind != KIND_RESULT) {
        if (evidence_appraise(call, profile, message, binding, policy))
            return true;
        if (message->kind == KIND_EVIDENCE || !call_retry(call))
            return false;
    }
    *passport = true;
    return result_appraise(call, message, spki, policy);
}

bool expat_appraise(struct call *call, const struct connection *connection, const struct profile *profile, struct view context,
                    gnutls_pubkey_t key, const struct view *extension, const struct appraisal_policy *policy, struct attested *attested)
{
    *attested = (struct attested){0};
    if (extension == NULL)
        return policy->attestation != ATTESTATION_REQUIRED || call_refuse(call, "attestation-missing", "the policy requires attestation");
    struct reader reader = {*extension};
    struct view cmw, spki;
    if (!read_vector(&reader, 2, &cmw) || reader.left.size != 0 || cmw.size == 0)
        return call_refuse(call, "malformed", "cmw_attestation does not hold cmw_data<1..2^16-1>");
    if (policy->attestation == ATTESTATION_NONE)
        return true; /* its content is not read */
    struct messages messages;
    struct binding binding;
    if (!cmw_read(call, cmw, policy->signed_cmw, &policy->evidence, &messages) || !subject_public_key_info(call, key, &spki) ||
        !make_binding(call, connection, profile, context, spki, &binding))
        return false;
    for (size_t index = 0; index < messages.count; index++) {
        bool passport;
        if (!appraise_message(call, profile, &messages.list[index], &binding, spki, policy, &passport))
            return false;
        /* With Evidence and results in one collection, it is the Evidence that is reported. */
        if (!attested->attested || (attested->passport && !passport))
            *attested = (struct attested){.attested = true, .passport = passport, .jwt = messages.list[index].jwt};
    }
    return true;
}
