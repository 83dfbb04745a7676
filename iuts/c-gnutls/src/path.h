/* Certification paths (RFC 5280 section 6) by GnuTLS, at a time of the caller's. */
#ifndef PATH_H
#define PATH_H

#include "bytes.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <time.h>

struct roots {
    struct views certificates; /* DER; none of them: nothing is trusted */
    time_t now;
};

/* Lets `now` of a validation govern GnuTLS. Called once, before anything is verified. */
void path_initialise(void);

/*
 * Verifies the chain, end-entity certificate first, up to one of the roots. Gives the end-entity certificate and its public key, which
 * the call owns. Refuses the call with `code` where there is no valid path, or a certificate cannot be read.
 */
bool path_verify(struct call *call, const struct views *chain, const struct roots *roots, const char *code, gnutls_x509_crt_t *leaf,
                 gnutls_pubkey_t *key);

/* Reads a certificate in DER, which the call owns. Refuses the call with `code` where it is none. */
bool certificate_parse(struct call *call, struct view der, const char *code, gnutls_x509_crt_t *certificate, gnutls_pubkey_t *key);

#endif
