/* A described run as plain text, and as a page. */
#ifndef LS_CLI_DESCRIBE_TEXT_H
#define LS_CLI_DESCRIBE_TEXT_H

#include "cli/describe_words.h"

void describe_text(struct describe_out *out, const struct ls_describe *describe);

/* One page that needs nothing else. */
void describe_html(struct describe_out *out, const struct ls_describe *describe);

#endif
