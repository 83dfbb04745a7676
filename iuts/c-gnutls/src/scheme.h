/* Signature algorithms: which key goes with which, and signing and verifying by GnuTLS. */
#ifndef SCHEME_H
#define SCHEME_H

#include "bytes.h"

#include <gnutls/abstract.h>

/* What an algorithm asks of a key, and its name in GnuTLS. `octets` is the length of r and s each where a signature is r ‖ s. */
struct algorithm {
    gnutls_sign_algorithm_t sign;
    gnutls_pk_algorithm_t key;
    gnutls_ecc_curve_t curve; /* GNUTLS_ECC_CURVE_INVALID where the algorithm fixes none */
    size_t octets;
};

struct scheme {
    uint16_t code_point; /* SignatureScheme of RFC 8446 section 4.2.3 */
    struct algorithm algorithm;
};

/* The scheme of that code point that TLS 1.3 allows in a CertificateVerify: neither PKCS #1 v1.5 nor SHA-1. NULL where it is none. */
const struct scheme *scheme_of(uint32_t code_point);

/* The n-th scheme that is served; NULL behind the last. */
const struct scheme *scheme_at(size_t index);

/* Whether the key is of the type, and on the curve, that the algorithm asks for (RFC 8446 section 4.2.3). */
bool algorithm_fits_public(const struct algorithm *algorithm, gnutls_pubkey_t key);
bool algorithm_fits_private(const struct algorithm *algorithm, gnutls_privkey_t key);

/* Signs `content`. An ECDSA signature is in DER, as TLS has it. Fails the call where GnuTLS cannot sign. */
bool algorithm_sign(struct call *call, const struct algorithm *algorithm, gnutls_privkey_t key, struct view content,
                    struct view *signature);
/* Whether the key fits and the signature verifies. */
bool algorithm_verify(const struct algorithm *algorithm, gnutls_pubkey_t key, struct view content, struct view signature);

/* The same for COSE and JOSE, where an ECDSA signature is r ‖ s (RFC 9053 section 2.1, RFC 7518 section 3.4). */
bool algorithm_sign_raw(struct call *call, const struct algorithm *algorithm, gnutls_privkey_t key, struct view content,
                        struct view *signature);
bool algorithm_verify_raw(struct call *call, const struct algorithm *algorithm, gnutls_pubkey_t key, struct view content,
                          struct view signature);

/* Reads a private key in PKCS #8 DER, which the call owns. Returns false, misused, where it is none. */
bool private_key_read(struct call *call, struct view pkcs8, gnutls_privkey_t *key);

#endif
