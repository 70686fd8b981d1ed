/* Shared by the parts of the file log: the log itself (file_log.c), writing (file_log_writer.c) and
 * reading (file_log_reader.c). */
#ifndef LS_LOG_FILE_LOG_INTERNAL_H
#define LS_LOG_FILE_LOG_INTERNAL_H

#include "core/log/file_log.h"

struct file_log {
    struct ls_log base;
    char *folder;
    struct ls_log_identity *identity;      /* owned */
    struct ls_container_writer ***writers; /* [topic][partition]; NULL when opened for reading */
    int lock;                              /* -1: none */
    uint64_t **kept; /* records that were there when the log was resumed and are still to be passed
                        over */
};

/* Copies it into the log. */
int ls_file_log_identify(struct file_log *log, const struct ls_log_identity *identity,
                         struct ls_error *err);

/* A log without writers; NULL with `err` filled when memory is refused. */
struct file_log *ls_file_log_new(const char *folder, const struct ls_log_topic *topics,
                                 size_t topic_count, struct ls_error *err);

int ls_file_log_create(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                       const struct ls_log_identity *identity, enum ls_log_mode mode,
                       struct ls_log **out, struct ls_error *err);
int ls_file_log_continue(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                         const struct ls_log_identity *identity, const struct ls_log_past *past,
                         struct ls_log **out, struct ls_error *err);
int ls_file_log_append(struct ls_log *base, uint32_t topic, uint32_t partition,
                       const struct ls_log_record *record, struct ls_error *err);
int ls_file_log_flush(struct ls_log *base, uint32_t topic, uint32_t partition, bool sync,
                      struct ls_log_end *end, struct ls_error *err);
int ls_file_log_complete(struct ls_log *base, struct ls_error *err);

int ls_file_log_reader_new(const struct ls_log *base, uint32_t topic, uint32_t partition,
                           uint64_t position, struct ls_log_reader **out, struct ls_error *err);
int ls_file_log_read(struct ls_log_reader *base, size_t count_max,
                     const struct ls_log_record **records, size_t *count, struct ls_error *err);
void ls_file_log_reader_free(struct ls_log_reader *base);

#endif
