/* What a log says of itself, as JSON text: who made it, what topics it has, and how far they go.
 * A file log has it in a file, a log on Kafka in a small topic beside the data. */
#ifndef LS_LOG_MANIFEST_H
#define LS_LOG_MANIFEST_H

#include "core/base/buf.h"
#include "core/log/log.h"
#include "core/registry/frame.h"

#define LS_LOG_MANIFEST_MAX (16U << 20) /* bytes of the text */

/* What is to be said. */
struct ls_log_saying {
    bool complete;
    const struct ls_log_identity *identity;
    const struct ls_log_topic *topics;
    size_t topic_count;
    uint64_t *const *ends;    /* [topic][partition]: records; NULL while they are not told */
    uint64_t *const *offsets; /* likewise: where the next record will stand; NULL: as the ends */
    uint64_t checkpoint;      /* of the writer's state, by its number; 0: none */
    const char *session;      /* which process writes; NULL: not told */
    const struct ls_wire_map *frames; /* the ids of a schema registry that values have, and what
                                         they mean; NULL: values have fingerprints */
};

/* What was said. */
struct ls_log_manifest {
    bool complete;
    struct ls_log_identity *identity; /* owned, as all of these */
    struct ls_log_topic *topics;      /* with names */
    size_t topic_count;
    uint64_t **ends;            /* zeros where they are not told */
    uint64_t **offsets;         /* NULL: not told */
    uint64_t checkpoint;        /* 0: none */
    char *session;              /* NULL: not told */
    struct ls_wire_map *frames; /* NULL: values have fingerprints */
};

int ls_log_manifest_format(const struct ls_log_saying *saying, struct ls_buf *out,
                           struct ls_error *err);

/* LS_E_DATA for what is no manifest. Free with ls_log_manifest_clear, also after an error. */
int ls_log_manifest_parse(const void *text, size_t size, struct ls_log_manifest *out,
                          struct ls_error *err);
void ls_log_manifest_clear(struct ls_log_manifest *manifest);

#endif
