#include "directory_names.h"

#include "bytes.h"

#include <strings.h>

/* The subject in the form of RFC 4514, whose last part is the first of the name; GnuTLS has constraints in that form too. */
static struct view subject_of(struct call *call, gnutls_x509_crt_t certificate)
{
    gnutls_datum_t name = {0};
    if (gnutls_x509_crt_get_dn3(certificate, &name, 0) != 0)
        return view_of(NULL, 0);
    call_defer(call, gnutls_free, name.data);
    return view_of(name.data, name.size);
}

/* Whether the name begins with `base`: in text, whether it ends with it, behind a comma that is no part of a value. */
static bool is_within(struct view name, struct view base)
{
    if (base.size == 0)
        return true;
    if (name.size < base.size)
        return false;
    size_t before = name.size - base.size;
    if (strncasecmp((const char *)name.data + before, (const char *)base.data, base.size) != 0)
        return false;
    return before == 0 || (before >= 2 && name.data[before - 1] == ',' && name.data[before - 2] != '\\');
}

/* A subject against the constraints of one issuer above it. */
static bool is_allowed(gnutls_x509_name_constraints_t constraints, struct view subject)
{
    unsigned type, constrained = 0, permitted = 0;
    gnutls_datum_t base;
    for (unsigned index = 0; gnutls_x509_name_constraints_get_excluded(constraints, index, &type, &base) == 0; index++)
        if (type == GNUTLS_SAN_DN && is_within(subject, view_of(base.data, base.size)))
            return false;
    for (unsigned index = 0; gnutls_x509_name_constraints_get_permitted(constraints, index, &type, &base) == 0; index++) {
        constrained += type == GNUTLS_SAN_DN;
        permitted += type == GNUTLS_SAN_DN && is_within(subject, view_of(base.data, base.size));
    }
    return constrained == 0 || permitted != 0;
}

static void release_constraints(void *constraints)
{
    gnutls_x509_name_constraints_deinit(constraints);
}

bool directory_names_allowed(struct call *call, const gnutls_x509_crt_t *certificates, size_t count)
{
    struct view *subjects = call_take(call, count * sizeof *subjects);
    gnutls_x509_crt_t current = certificates[0];
    /* Every step up takes one certificate, so that a circle of issuers ends too. */
    for (size_t below = 0; below < count; below++) {
        subjects[below] = subject_of(call, current);
        size_t issuer = 1;
        while (issuer < count && !gnutls_x509_crt_check_issuer(current, certificates[issuer]))
            issuer++;
        if (issuer == count)
            return true;
        current = certificates[issuer];
        gnutls_x509_name_constraints_t constraints;
        unsigned critical;
        if (gnutls_x509_name_constraints_init(&constraints) != 0)
            return call_fail(call, "GnuTLS makes no name constraints");
        call_defer(call, release_constraints, constraints);
        if (gnutls_x509_crt_get_name_constraints(current, constraints, 0, &critical) != 0)
            continue;
        for (size_t index = 0; index <= below; index++)
            if (subjects[index].size != 0 && !is_allowed(constraints, subjects[index]))
                return false;
    }
    return true;
}
