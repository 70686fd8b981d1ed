/* Reading Avro binary from bytes that nobody vouches for. Nothing here allocates because of what
 * the data says, and nothing reads outside the span.
 *
 * Refused, each with its own status: an int, long, length, index or count with more bits than its
 * type (an encoding with needless zero bytes is taken), a length that is negative or above
 * LS_DECODE_LENGTH_MAX, a block of an array or map whose stated size (a negative count has one) is
 * not what its items take, a boolean other than 0 and 1, an enum index or union branch that does
 * not exist, a string that is not UTF-8, a short decimal (ls_node_is_decimal) of no or more than 16
 * bytes or of more digits than its precision (needless leading bytes are taken), nesting deeper
 * than LS_DECODE_DEPTH_MAX, more than LS_DECODE_ITEMS_MAX items and records of no size in one datum
 * (an array of a billion nulls is five bytes).
 *
 * Every strict prefix of a sound datum is LS_DECODE_TRUNCATED, never anything else. So a length or
 * a count that asks for more than what is left, within the limits, is LS_DECODE_TRUNCATED too.
 */
#ifndef LS_AVRO_DECODE_H
#define LS_AVRO_DECODE_H

#include "core/avro/schema.h"
#include "core/base/buf.h"

#define LS_DECODE_DEPTH_MAX  64 /* the datum itself is 1 deep */
#define LS_DECODE_ITEMS_MAX  1000000U
#define LS_DECODE_LENGTH_MAX (16 << 20) /* bytes: of a string, a bytes value, a block's items */

enum ls_decode_status {
    LS_DECODE_OK,
    LS_DECODE_TRUNCATED, /* the bytes end inside the datum */
    LS_DECODE_VARINT,
    LS_DECODE_LENGTH,
    LS_DECODE_BOOLEAN,
    LS_DECODE_ENUM,
    LS_DECODE_BRANCH,
    LS_DECODE_UTF8,
    LS_DECODE_DEPTH,
    LS_DECODE_ITEMS,
    LS_DECODE_DECIMAL, /* no byte, or a number of more digits than its type */
    LS_DECODE_TRAILING /* a sound datum with bytes behind it */
};

/* A short text for people: "a string is not UTF-8". */
const char *ls_decode_status_text(enum ls_decode_status status);

/* A cursor over a span. */
struct ls_span {
    const uint8_t *at;
    const uint8_t *end;
};

/* The primitives. On failure `span->at` stays where the refused value begins. */
enum ls_decode_status ls_get_long(struct ls_span *span, int64_t *value);
enum ls_decode_status ls_get_int(struct ls_span *span, int32_t *value);
enum ls_decode_status ls_get_bytes(struct ls_span *span, const uint8_t **bytes, size_t *size);
enum ls_decode_status ls_get_string(struct ls_span *span, const uint8_t **bytes, size_t *size);

/* A decimal's bytes without the leading ones that say nothing but the sign of the next. */
static inline void ls_decimal_shorten(const uint8_t **bytes, size_t *size)
{
    while (*size > 1 && (*bytes)[0] == ((*bytes)[1] > 0x7f ? 0xff : 0)) {
        (*bytes)++;
        (*size)--;
    }
}

/* Walks over one datum, checking everything; trailing bytes are the caller's matter. On failure
 * `span->at` is the place. */
enum ls_decode_status ls_datum_skip(const struct ls_node *node, struct ls_span *span);

/* One datum as JSON text behind `out`; the same bytes on every machine. Records are objects in
 * field order, union values are bare, bytes and fixed are "\u00xx" strings as in the
 * specification's JSON encoding; NaN and infinities are the strings "NaN", "Infinity", "-Infinity",
 * other floats the shortest decimal that reads back to the same bits (core/base/shortest.h).
 * Decimals of up to 16 bytes are decimal strings ("-12.34"), longer ones are written as the bytes
 * they are. With `readable`, timestamps (millis, micros) and dates within the years 1 to 9999 are
 * ISO strings; otherwise they are numbers.
 *
 * The datum is checked first, as ls_datum_skip does: unless that gives LS_DECODE_OK, nothing is
 * appended. A full `out` or refused memory is an LS_E_* code in *rc, else *rc is 0; then `span` is
 * behind the datum and `out` is as it was before. */
enum ls_decode_status ls_datum_json(const struct ls_node *node, struct ls_span *span, bool readable,
                                    struct ls_buf *out, int *rc, struct ls_error *err);

#endif
