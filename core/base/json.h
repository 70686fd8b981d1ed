/* Strings of JSON, written the same way everywhere: what JSON wants escaped is, and DEL, so that a
 * terminal can show any of them. */
#ifndef LS_BASE_JSON_H
#define LS_BASE_JSON_H

#include "core/base/buf.h"

/* Appends a text in quotes. Bytes that are no UTF-8 as a whole are written as ls_json_bytes does.
 */
int ls_json_string(struct ls_buf *out, const void *text, size_t size, struct ls_error *err);

/* Appends bytes in quotes, each a code point of its own: what is not printable ASCII is \u00XX.
 * This is the JSON encoding of bytes and fixed in Avro's specification. */
int ls_json_bytes(struct ls_buf *out, const void *bytes, size_t size, struct ls_error *err);

#endif
