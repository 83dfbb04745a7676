#include "scheme.h"

#include <gnutls/crypto.h>
#include <string.h>

static const struct scheme SCHEMES[] = {
    {0x0403, {GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP256R1, 32}},
    {0x0503, {GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP384R1, 48}},
    {0x0603, {GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP521R1, 66}},
    {0x0807, {GNUTLS_SIGN_EDDSA_ED25519, GNUTLS_PK_EDDSA_ED25519, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x0808, {GNUTLS_SIGN_EDDSA_ED448, GNUTLS_PK_EDDSA_ED448, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x0804, {GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x0805, {GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x0806, {GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, GNUTLS_PK_RSA, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x0809, {GNUTLS_SIGN_RSA_PSS_SHA256, GNUTLS_PK_RSA_PSS, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x080a, {GNUTLS_SIGN_RSA_PSS_SHA384, GNUTLS_PK_RSA_PSS, GNUTLS_ECC_CURVE_INVALID, 0}},
    {0x080b, {GNUTLS_SIGN_RSA_PSS_SHA512, GNUTLS_PK_RSA_PSS, GNUTLS_ECC_CURVE_INVALID, 0}},
};

const struct scheme *scheme_at(size_t index)
{
    return index < sizeof SCHEMES / sizeof *SCHEMES ? &SCHEMES[index] : NULL;
}

const struct scheme *scheme_of(uint32_t code_point)
{
    for (size_t index = 0; scheme_at(index) != NULL; index++)
        if (SCHEMES[index].code_point == code_point)
            return &SCHEMES[index];
    return NULL;
}

/* A key under the identifier RSASSA-PSS may be bound to one hash (RFC 4055 section 3.1). */
static bool hash_is_allowed(const struct algorithm *algorithm, gnutls_pubkey_t key)
{
    gnutls_x509_spki_t parameters;
    gnutls_digest_algorithm_t hash;
    if (gnutls_x509_spki_init(&parameters) != 0)
        return false;
    bool bound = gnutls_pubkey_get_spki(key, parameters, 0) == 0 && gnutls_x509_spki_get_rsa_pss_params(parameters, &hash, NULL) == 0 &&
                 hash != GNUTLS_DIG_UNKNOWN;
    gnutls_x509_spki_deinit(parameters);
    return !bound || hash == gnutls_sign_get_hash_algorithm(algorithm->sign);
}

bool algorithm_fits_public(const struct algorithm *algorithm, gnutls_pubkey_t key)
{
    unsigned bits;
    if (gnutls_pubkey_get_pk_algorithm(key, &bits) != (int)algorithm->key)
        return false;
    if (algorithm->key == GNUTLS_PK_RSA_PSS)
        return hash_is_allowed(algorithm, key);
    if (algorithm->curve == GNUTLS_ECC_CURVE_INVALID)
        return true;
    gnutls_ecc_curve_t curve;
    return gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0) == 0 && curve == algorithm->curve;
}

bool algorithm_fits_private(const struct algorithm *algorithm, gnutls_privkey_t key)
{
    gnutls_pubkey_t public;
    if (gnutls_pubkey_init(&public) != 0)
        return false;
    bool fits = gnutls_pubkey_import_privkey(public, key, 0, 0) == 0 && algorithm_fits_public(algorithm, public);
    gnutls_pubkey_deinit(public);
    return fits;
}

bool algorithm_sign(struct call *call, const struct algorithm *algorithm, gnutls_privkey_t key, struct view content, struct view *signature)
{
    gnutls_datum_t datum = {.data = (unsigned char *)content.data, .size = (unsigned)content.size}, made = {0};
    int status = gnutls_privkey_sign_data2(key, algorithm->sign, 0, &datum, &made);
    if (status != 0)
        return call_fail(call, "GnuTLS does not sign: %s", gnutls_strerror(status));
    call_defer(call, gnutls_free, made.data);
    *signature = view_of(made.data, made.size);
    return true;
}

/* An unsigned integer without the zeros in front of it, of which one stays where there is nothing else. */
static gnutls_datum_t shortest(struct view number)
{
    while (number.size > 1 && number.data[0] == 0)
        number = view_of(number.data + 1, number.size - 1);
    return (gnutls_datum_t){.data = (unsigned char *)number.data, .size = (unsigned)number.size};
}

/* ECDSA-Sig-Value in DER, of two unsigned integers of any length. */
static bool encode_numbers(struct call *call, struct view r, struct view s, struct view *der)
{
    gnutls_datum_t made = {0}, short_r = shortest(r), short_s = shortest(s);
    if (gnutls_encode_rs_value(&made, &short_r, &short_s) != 0)
        return false;
    call_defer(call, gnutls_free, made.data);
    *der = view_of(made.data, made.size);
    return true;
}

/* Whether an ECDSA signature is in DER (RFC 8446 section 4.2.3): GnuTLS takes BER as well. It is, where it comes out the same again. */
static bool is_der(struct view signature)
{
    struct call call = {0};
    gnutls_datum_t datum = {.data = (unsigned char *)signature.data, .size = (unsigned)signature.size}, r = {0}, s = {0};
    struct view again;
    bool same = gnutls_decode_rs_value(&datum, &r, &s) == 0 &&
                encode_numbers(&call, view_of(r.data, r.size), view_of(s.data, s.size), &again) && view_equal(again, signature);
    gnutls_free(r.data);
    gnutls_free(s.data);
    call_end(&call);
    return same;
}

bool algorithm_verify(const struct algorithm *algorithm, gnutls_pubkey_t key, struct view content, struct view signature)
{
    gnutls_datum_t datum = {.data = (unsigned char *)content.data, .size = (unsigned)content.size};
    gnutls_datum_t made = {.data = (unsigned char *)signature.data, .size = (unsigned)signature.size};
    if (algorithm->key == GNUTLS_PK_ECDSA && !is_der(signature))
        return false;
    return algorithm_fits_public(algorithm, key) && gnutls_pubkey_verify_data2(key, algorithm->sign, 0, &datum, &made) >= 0;
}

/* Copies an unsigned integer to the right end of `octets` octets. Returns false where it is longer than that. */
static bool right_aligned(uint8_t *target, size_t octets, const gnutls_datum_t *number)
{
    size_t skipped = 0;
    while (skipped < number->size && number->data[skipped] == 0)
        skipped++;
    size_t size = number->size - skipped;
    if (size > octets)
        return false;
    if (size != 0)
        memcpy(target + octets - size, number->data + skipped, size);
    return true;
}

bool algorithm_sign_raw(struct call *call, const struct algorithm *algorithm, gnutls_privkey_t key, struct view content,
                        struct view *signature)
{
    struct view made;
    if (!algorithm_sign(call, algorithm, key, content, &made))
        return false;
    if (algorithm->octets == 0) {
        *signature = made;
        return true;
    }
    gnutls_datum_t der = {.data = (unsigned char *)made.data, .size = (unsigned)made.size}, r = {0}, s = {0};
    if (gnutls_decode_rs_value(&der, &r, &s) != 0)
        return call_fail(call, "GnuTLS does not read its own signature");
    call_defer(call, gnutls_free, r.data);
    call_defer(call, gnutls_free, s.data);
    uint8_t *raw = call_take(call, 2 * algorithm->octets);
    if (!right_aligned(raw, algorithm->octets, &r) || !right_aligned(raw + algorithm->octets, algorithm->octets, &s))
        return call_fail(call, "a signature of GnuTLS is longer than its curve");
    *signature = view_of(raw, 2 * algorithm->octets);
    return true;
}

bool algorithm_verify_raw(struct call *call, const struct algorithm *algorithm, gnutls_pubkey_t key, struct view content,
                          struct view signature)
{
    if (algorithm->octets == 0)
        return algorithm_verify(algorithm, key, content, signature);
    if (signature.size != 2 * algorithm->octets)
        return false;
    struct reader reader = {signature};
    struct view r, s, der;
    return read_octets(&reader, algorithm->octets, &r) && read_octets(&reader, algorithm->octets, &s) && encode_numbers(call, r, s, &der) &&
           algorithm_verify(algorithm, key, content, der);
}

static void release_private_key(void *key)
{
    gnutls_privkey_deinit(key);
}

bool private_key_read(struct call *call, struct view pkcs8, gnutls_privkey_t *key)
{
    if (gnutls_privkey_init(key) != 0)
        return call_fail(call, "GnuTLS makes no private key");
    call_defer(call, release_private_key, *key);
    gnutls_datum_t der = {.data = (unsigned char *)pkcs8.data, .size = (unsigned)pkcs8.size};
    if (gnutls_privkey_import_x509_raw(*key, &der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) != 0)
        return call_misused(call, "the key is no PKCS #8 in DER that GnuTLS reads");
    return true;
}
