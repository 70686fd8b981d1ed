/* The logical digest of a dataset (contract B3), computed from its files, in whatever codec and
 * blocks they are written. */
#ifndef LS_CONFORMANCE_LOGICAL_H
#define LS_CONFORMANCE_LOGICAL_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct ls_logical {
    uint64_t records;
    uint64_t words[4]; /* the sum modulo 2^256, least significant first */
};

/* Adds a record in canonical form. */
void ls_logical_add(struct ls_logical *digest, const void *bytes, size_t size);

/* Adds the records of a file to a digest; *schema is its schema's CRC-64. LS_E_NOINPUT, or
 * LS_E_DATA with the path. */
int ls_logical_of_file(const char *path, struct ls_logical *digest, uint64_t *schema,
                       struct ls_error *err);

/* Likewise of the records whose `field`, an int or a long, is from .. to - 1. */
int ls_logical_of_part(const char *path, const char *field, int64_t from, int64_t to,
                       struct ls_logical *digest, uint64_t *schema, struct ls_error *err);

/* Of all files below a folder whose paths begin with `prefix`, as one multiset. */
int ls_logical_of_folder(const char *folder, const char *prefix, struct ls_logical *digest,
                         struct ls_error *err);

#endif
