/* One dataset: an Avro container file (contract B1) or the partition of a topic, with its logical
 * digest (B3), and what a checkpoint has to keep of it. */
#ifndef LS_OUTPUT_DATASET_H
#define LS_OUTPUT_DATASET_H

#include "core/avro/container.h"
#include "core/avro/row.h"

#define LS_DATASET_RECORDS_PER_BLOCK 256

/* Record count, and the sum modulo 2^256 of the SHA-256 of each record in canonical form. */
struct ls_logical_digest {
    uint64_t records;
    uint64_t words[4]; /* least significant first */
};

/* Adds one record's canonical bytes. */
void ls_logical_digest_add(struct ls_logical_digest *digest, const void *canonical, size_t size);

#define LS_LOGICAL_TEXT_MAX 96
/* "RECORDS:HEX" */
char *ls_logical_text(const struct ls_logical_digest *digest, char out[LS_LOGICAL_TEXT_MAX]);

struct ls_outlet;
struct ls_topic_place;

/* What a row is called that is a record of a topic. */
struct ls_row_tag {
    int64_t time_ms;
    const uint8_t *key; /* NULL: none */
    size_t key_size;
};

struct ls_dataset {
    char *name; /* "views/revenue_1m": the path below datasets/ without ".avro" */
    const struct ls_layout *layout;
    const struct ls_outlet *outlet;     /* where its rows go */
    struct ls_container_writer *writer; /* to a file, */
    struct ls_topic_place *topic;       /* or to a topic */
    struct ls_logical_digest digest;
    struct ls_buf canonical; /* scratch */
    bool plain; /* canonical form is the encoding's beginning: no maps, no floats, physical columns
                   last */
};

/* What a checkpoint keeps. `pending` is borrowed until the next append. */
struct ls_dataset_state {
    struct ls_container_state container;
    struct ls_logical_digest digest;
};

/* For outlets: all but the place of the rows. */
int ls_dataset_begin(struct ls_dataset *dataset, const struct ls_outlet *outlet, const char *name,
                     const struct ls_layout *layout, struct ls_error *err);

/* Makes FOLDER/NAME.avro. `layout` must outlive the dataset. */
int ls_dataset_create(struct ls_dataset *dataset, const char *folder, const char *name,
                      const struct ls_layout *layout, struct ls_error *err);

/* Likewise, in a file elsewhere. */
int ls_dataset_create_at(struct ls_dataset *dataset, const char *path, const char *name,
                         const struct ls_layout *layout, struct ls_error *err);

/* Goes on where a checkpoint was taken. */
int ls_dataset_resume(struct ls_dataset *dataset, const char *folder, const char *name,
                      const struct ls_layout *layout, const struct ls_dataset_state *state,
                      struct ls_error *err);

/* Appends a row given as cells, or as its encoding. `tag` may be NULL where rows are in files. */
int ls_dataset_append(struct ls_dataset *dataset, const struct ls_cell *cells,
                      const struct ls_row_tag *tag, struct ls_error *err);
int ls_dataset_append_encoded(struct ls_dataset *dataset, const uint8_t *row, size_t size,
                              const struct ls_row_tag *tag, struct ls_error *err);

/* Writes out what is full, with `sync` durably; says what has to be kept. */
int ls_dataset_flush(struct ls_dataset *dataset, bool sync, struct ls_dataset_state *state,
                     struct ls_error *err);

/* Frees and closes; the file stays as it is. */
void ls_dataset_clear(struct ls_dataset *dataset);

#endif
