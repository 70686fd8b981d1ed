/* The pictures of a described run: inline SVG that CSS colours, and whole numbers only. Words stand
 * beside them, in HTML. */
#ifndef LS_CLI_DESCRIBE_SVG_H
#define LS_CLI_DESCRIBE_SVG_H

#include "cli/describe_words.h"

/* A bar `count` of `most` long, with a mark where it was asked to end (UINT64_MAX: nowhere). */
void describe_put_bar(struct describe_out *out, uint64_t count, uint64_t asked, uint64_t most);

/* How values are spread from the first to the 99th hundredth, with a mark at the median; of none,
 * or of one value alone, nothing. The values at its ends come out, true where there is a picture.
 */
bool describe_put_histogram(struct describe_out *out, const struct ls_quantiles *numbers,
                            int64_t *first, int64_t *last);

/* Events over time, with a band for each happening. */
void describe_put_curve(struct describe_out *out, const struct ls_describe *describe);

#endif
