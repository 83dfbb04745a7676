#include "path.h"

#include "directory_names.h"

static time_t verification_time;
static bool verification_time_set;

/* GnuTLS asks for the time by a function of the whole process; outside of path_verify it is the clock, for TLS handshakes. */
static time_t time_of_verification(time_t *out)
{
    time_t now = verification_time_set ? verification_time : time(NULL);
    if (out != NULL)
        *out = now;
    return now;
}

void path_initialise(void)
{
    gnutls_global_set_time_function(time_of_verification);
}

static void release_certificate(void *certificate)
{
    gnutls_x509_crt_deinit(certificate);
}

static void release_public_key(void *key)
{
    gnutls_pubkey_deinit(key);
}

static void release_trust_list(void *list)
{
    gnutls_x509_trust_list_deinit(list, 1);
}

bool certificate_parse(struct call *call, struct view der, const char *code, gnutls_x509_crt_t *certificate, gnutls_pubkey_t *key)
{
    if (gnutls_x509_crt_init(certificate) != 0)
        return call_fail(call, "GnuTLS makes no certificate");
    call_defer(call, release_certificate, *certificate);
    gnutls_datum_t datum = {.data = (unsigned char *)der.data, .size = (unsigned)der.size};
    int status = gnutls_x509_crt_import(*certificate, &datum, GNUTLS_X509_FMT_DER);
    if (status != 0)
        return call_refuse(call, code, "a certificate cannot be read: %s", gnutls_strerror(status));
    if (key == NULL)
        return true;
    if (gnutls_pubkey_init(key) != 0)
        return call_fail(call, "GnuTLS makes no public key");
    call_defer(call, release_public_key, *key);
    status = gnutls_pubkey_import_x509(*key, *certificate, 0);
    return status == 0 || call_refuse(call, code, "the key of a certificate cannot be read: %s", gnutls_strerror(status));
}

/* The roots as a trust list, which owns its certificates. */
static bool trust_list(struct call *call, const struct views *roots, gnutls_x509_trust_list_t *list)
{
    if (gnutls_x509_trust_list_init(list, 0) != 0)
        return call_fail(call, "GnuTLS makes no trust list");
    call_defer(call, release_trust_list, *list);
    for (size_t index = 0; index < roots->count; index++) {
        gnutls_datum_t datum = {.data = (unsigned char *)roots->list[index].data, .size = (unsigned)roots->list[index].size};
        gnutls_x509_crt_t root;
        if (gnutls_x509_crt_init(&root) != 0)
            return call_fail(call, "GnuTLS makes no certificate");
        if (gnutls_x509_crt_import(root, &datum, GNUTLS_X509_FMT_DER) != 0 || gnutls_x509_trust_list_add_cas(*list, &root, 1, 0) != 1) {
            gnutls_x509_crt_deinit(root);
            return call_misused(call, "root %zu cannot be read", index);
        }
    }
    return true;
}

/* Key usage, where there is one, allows digital signatures (RFC 5280 section 4.2.1.3, RFC 8446 section 4.4.2.2). */
static bool may_sign(gnutls_x509_crt_t certificate)
{
    unsigned usage, critical;
    int status = gnutls_x509_crt_get_key_usage(certificate, &usage, &critical);
    return status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE || (status == 0 && (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) != 0);
}

/* An issuer out of its time is on no valid path. GnuTLS looks at one path alone, so such a one would stand in the way of another. */
static bool in_its_time(gnutls_x509_crt_t certificate, time_t now)
{
    return gnutls_x509_crt_get_activation_time(certificate) <= now && now <= gnutls_x509_crt_get_expiration_time(certificate);
}

bool path_verify(struct call *call, const struct views *chain, const struct roots *roots, const char *code, gnutls_x509_crt_t *leaf,
                 gnutls_pubkey_t *key)
{
    gnutls_x509_trust_list_t list;
    if (chain->count == 0)
        return call_refuse(call, code, "there is no certificate");
    if (!trust_list(call, &roots->certificates, &list) || !certificate_parse(call, chain->list[0], code, leaf, key))
        return false;
    gnutls_x509_crt_t *certificates = call_take(call, chain->count * sizeof *certificates);
    unsigned count = 0;
    certificates[count++] = *leaf;
    for (size_t index = 1; index < chain->count; index++) {
        if (!certificate_parse(call, chain->list[index], code, &certificates[count], NULL))
            return false;
        if (in_its_time(certificates[count], roots->now))
            count++;
    }
    unsigned status = 0;
    verification_time = roots->now;
    verification_time_set = true;
    int verified = gnutls_x509_trust_list_verify_crt2(list, certificates, count, NULL, 0, 0, &status, NULL);
    verification_time_set = false;
    if (verified != 0)
        return call_refuse(call, code, "the path cannot be verified: %s", gnutls_strerror(verified));
    if (status != 0)
        return call_refuse(call, code, "no valid path to a trusted root (gnutls_certificate_status_t 0x%x)", status);
    if (!directory_names_allowed(call, certificates, count))
        return call_refuse(call, code, "a subject on the path is outside of the names that its issuer is permitted");
    if (!may_sign(*leaf))
        return call_refuse(call, code, "the key usage of the certificate allows no digital signatures");
    return true;
}
