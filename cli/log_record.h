/* One record of a log for a person, or as JSON. */
#ifndef LS_CLI_LOG_RECORD_H
#define LS_CLI_LOG_RECORD_H

#include "cli/spec_schemas.h"
#include "core/log/log.h"

struct log_record_place {
    const char *topic;
    uint32_t partition;
};

/* A record of an offset below 0 is in no log, and none is shown.
 *
 * `schemas` NULL: nothing is known but the frame. A value that is not what its frame says is shown
 * as bytes, with the reason; it is no error. Appended to `out`. */
int log_record_text(const struct log_record_place *place, const struct ls_log_record *record,
                    const struct spec_schemas *schemas, struct ls_buf *out, struct ls_error *err);
int log_record_json(const struct log_record_place *place, const struct ls_log_record *record,
                    const struct spec_schemas *schemas, struct ls_buf *out, struct ls_error *err);

#endif
