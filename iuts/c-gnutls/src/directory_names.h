/* Name constraints on subjects (RFC 5280 section 4.2.1.10), the one form of name that GnuTLS leaves to others. */
#ifndef DIRECTORY_NAMES_H
#define DIRECTORY_NAMES_H

#include "call.h"

#include <gnutls/x509.h>

/*
 * Whether the subjects of a path, which begins with the first certificate and whose issuers are among the others, lie within what the
 * issuers above them permit, and outside of what they exclude. To be asked of a path that GnuTLS has found valid.
 */
bool directory_names_allowed(struct call *call, const gnutls_x509_crt_t *certificates, size_t count);

#endif
