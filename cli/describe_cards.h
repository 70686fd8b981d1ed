/* Parts of the page: a card each for a field, a population's keys, the delays of a kind. */
#ifndef LS_CLI_DESCRIBE_CARDS_H
#define LS_CLI_DESCRIBE_CARDS_H

#include "cli/describe_words.h"

void describe_put_field_card(struct describe_out *out, const struct ls_describe *describe,
                             const struct ls_describe_type *type,
                             const struct ls_describe_field *field);
void describe_put_keys_and_delays(struct describe_out *out, const struct ls_describe *describe);

/* The legend of the curve's bands. */
void describe_put_happenings(struct describe_out *out, const struct ls_describe *describe);

#endif
