/* Conceptual messages wrappers (draft-ietf-rats-msg-wrap): records, tags and collections in CBOR and JSON, and signed ones around them. */
#ifndef CMW_H
#define CMW_H

#include "profile.h"

enum message_kind {
    KIND_UNSAID,   /* no indicator: what its signer is trusted for decides */
    KIND_EVIDENCE, /* bit 2 of the indicator */
    KIND_RESULT    /* bit 3 */
};

/* A message of one of the two media types that are known. */
struct message {
    enum message_kind kind;
    bool jwt;
    struct view value;
};

struct messages {
    struct message *list;
    size_t count, room;
};

/*
 * Reads a CMW down to its messages: one, or of a collection several. A signed CMW is verified up to `signers`, where `accept_signed` says
 * so. Refuses the call where it is no CMW, or one of its messages is of an unknown type.
 */
bool cmw_read(struct call *call, struct view cmw, bool accept_signed, const struct roots *signers, struct messages *messages);

/* Writes a CMW around one message, in the form and encoding that the attester was asked for. */
struct view cmw_write(struct call *call, const struct attestation *asked, const struct message *message);

#endif
