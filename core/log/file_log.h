/* The file log (contract B5): DIR/manifest.json, and DIR/TOPIC/PARTITION.avro, container files of
 * records of offset, timestamp, key, headers and value. Any Avro tool can open them.
 *
 * The manifest is written twice: when the log is begun ("complete": false), and, atomically, when
 * everything is synced. Between the two the log is visibly partial. Of a writer that keeps for
 * itself how far it is the manifest has the name, and DIR/.lock keeps a second one away. */
#ifndef LS_LOG_FILE_LOG_H
#define LS_LOG_FILE_LOG_H

#include "core/avro/container.h"
#include "core/avro/decode.h"
#include "core/log/manifest.h"

#define LS_FILE_LOG_RECORDS_PER_BLOCK 1024

extern const char ls_file_log_schema[];

/* LS_E_NOINPUT when there is none; LS_E_DATA when it is no manifest of a log. Free with
 * ls_log_manifest_clear, also after an error. */
int ls_file_manifest_read(const char *folder, struct ls_log_manifest *out, struct ls_error *err);

/* Writes it atomically. `counts` may be NULL while not complete. */
int ls_file_manifest_write(const char *folder, bool complete,
                           const struct ls_log_identity *identity,
                           const struct ls_log_topic *topics, size_t topic_count,
                           uint64_t *const *counts, struct ls_error *err);

/* The place of a partition's file, into out[LS_PATH_MAX]. */
int ls_file_log_path(const char *folder, const char *topic, uint32_t partition, char *out,
                     struct ls_error *err);

/* The logical name that its sync marker comes from: "TOPIC/PARTITION". */
int ls_file_log_name(const char *topic, uint32_t partition, char *out, struct ls_error *err);

#endif
