/* What the draft leaves open, as `hello` fixes it (docs/iut-protocol.md), and the inputs and policies of attestation. */
#ifndef PROFILE_H
#define PROFILE_H

#include "path.h"

#define LONGEST_NAME 128

struct profile {
    uint32_t cmw_attestation; /* the number of the extension */
    char exporter_label[LONGEST_NAME];
    size_t exporter_length;
    bool raw_public_key; /* subjectPublicKey alone, and not SubjectPublicKeyInfo */
    int64_t nonce_cwt, aik_hash_cwt;
    char nonce_jwt[LONGEST_NAME], aik_hash_jwt[LONGEST_NAME];
};

/* What an attester is to put into cmw_attestation. */
struct attestation {
    bool passport;
    bool jwt;  /* application/eat+jwt, and not application/eat+cwt */
    bool json; /* the encoding of the CMW */
    enum { FORM_RECORD, FORM_TAG, FORM_COLLECTION } form;
    struct view ueid, measurement, key; /* of Evidence; `key` is the attestation key in PKCS #8 */
    struct views chain;
    struct view result; /* of the passport model, as it was issued */
};

/* By what a relying party judges attestation. */
struct appraisal_policy {
    enum { ATTESTATION_NONE, ATTESTATION_OPTIONAL, ATTESTATION_REQUIRED } attestation;
    bool signed_cmw; /* whether a CMW that is itself signed is accepted */
    bool measured;   /* whether there is a reference value */
    struct view measurement;
    struct roots evidence, results;
};

/* What came of it. */
struct attested {
    bool attested, passport, jwt;
};

#endif
