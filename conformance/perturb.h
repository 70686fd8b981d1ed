/* A log made from another: every record is handed to a function that appends what it likes. */
#ifndef LS_CONFORMANCE_PERTURB_H
#define LS_CONFORMANCE_PERTURB_H

#include "core/avro/row.h"
#include "core/log/log.h"
#include "spec/spec.h"

struct ls_perturb;

/* Called for each record of a partition, in order; appends with ls_perturb_append. */
typedef int ls_perturb_fn(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                          struct ls_error *err);

/* Called behind the last record of a partition; may append too. */
typedef int ls_perturb_end_fn(struct ls_perturb *p, void *context, struct ls_error *err);

struct ls_perturbation {
    ls_perturb_fn *each;
    ls_perturb_end_fn *end; /* NULL: nothing comes behind */
    void *context;
    uint32_t partitions; /* of each topic of the new log; 0: as many as in the old one */
    bool merged;   /* the records of a topic come in the order of their timestamps, those of one
                      time by partition, each partition's in their order */
    bool reversed; /* the new log names its topics in the other order */
};

struct ls_perturb {
    const struct ls_spec *spec;
    struct ls_log *out;
    uint32_t topic, partition;             /* that the record comes from */
    uint32_t to;                           /* the partition that appended records go to: the same,
                                              unless `each` says otherwise for this record */
    uint64_t position;                     /* of the record, in its partition */
    uint64_t count;                        /* of the partition; where merged, of the topic */
    uint64_t number;                       /* of the record among those */
    const struct ls_spec_version *version; /* that wrote what ls_perturb_decode decoded */
    struct ls_cell cells[256];             /* of ls_perturb_decode, in that version's layout */
    struct ls_buf value;                   /* scratch of ls_perturb_encode */
    uint32_t topic_count;
    bool reversed;
};

/* Reads the log in folder `from` and writes the one in folder `to`, whose reference tables are
 * copies. */
int ls_perturb_log(const struct ls_spec *spec, const char *from, const char *to,
                   ls_perturb_fn *each, void *context, struct ls_error *err);

/* The same with all that a perturbation can say. */
int ls_perturb_log_as(const struct ls_spec *spec, const char *from, const char *to,
                      const struct ls_perturbation *perturbation, struct ls_error *err);

/* Appends a record to the partition that is being written. */
int ls_perturb_append(struct ls_perturb *p, const struct ls_log_record *record,
                      struct ls_error *err);

/* Decodes the value into p->cells, as its version wrote it; false when it is not sound. */
bool ls_perturb_decode(struct ls_perturb *p, const struct ls_log_record *record);

/* Encodes p->cells as the value of *record, of p->version; the bytes are p's until the next call.
 */
int ls_perturb_encode(struct ls_perturb *p, struct ls_log_record *record, struct ls_error *err);

#endif
