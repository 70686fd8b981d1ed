/* Avro object container files whose bytes are a function of their content (contract B1): codec
 * `null`, a fixed number of records a block, the schema's own text in the header, and a sync marker
 * made from the file's logical name and schema (the first 16 bytes of the SHA-256 of "lockstep
 * container 1\n" name "\n" schema text).
 *
 * The writer keeps the records of the block that is not full yet in memory, so that a checkpoint
 * does not change where blocks end: its state is the length of the file up to the last full block,
 * and those pending bytes. */
#ifndef LS_AVRO_CONTAINER_H
#define LS_AVRO_CONTAINER_H

#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/hash.h"

#define LS_CONTAINER_SYNC_SIZE  16
#define LS_CONTAINER_HEADER_MAX (2U << 20) /* bytes: a larger header is refused */
#define LS_CONTAINER_BLOCK_MAX                                                                     \
    (64U << 20) /* bytes: a larger block is refused by the reader and never made by the writer */
#define LS_CONTAINER_RECORD_MAX (16U << 20)

struct ls_container_writer;

/* What a writer needs to go on after a crash. */
struct ls_container_state {
    uint64_t file_size;     /* header and full blocks */
    uint64_t records;       /* in full blocks */
    uint32_t pending_count; /* records of the block that is not full */
    const uint8_t *pending; /* their bytes, borrowed from the writer until the next append */
    size_t pending_size;
};

/* Makes (or cuts to nothing) the file and writes the header. `name` is the dataset's logical name:
 * "views/revenue_1m". The strings are copied. A block is also closed early when it would pass half
 * of LS_CONTAINER_BLOCK_MAX bytes. Nothing reaches the file but whole blocks. */
int ls_container_create(const char *path, const char *name, const char *schema_text,
                        unsigned records_per_block, struct ls_container_writer **out,
                        struct ls_error *err);

/* Goes on with a file that is at least state->file_size long: checks the header, cuts the file
 * there, takes the pending bytes. LS_E_DATA when the file is shorter or is another dataset's, or
 * the state is none of such a writer; LS_E_NOINPUT when there is no file. */
int ls_container_resume(const char *path, const char *name, const char *schema_text,
                        unsigned records_per_block, const struct ls_container_state *state,
                        struct ls_container_writer **out, struct ls_error *err);

/* As ls_container_create, for a file that is there and that this writer is to make once more: what
 * it holds, up to where a killed writer came, is compared instead of written. Any call that comes
 * upon other bytes gives LS_E_DATA with their offset; ls_container_finish also where the file goes
 * on behind what was appended. */
int ls_container_retrace(const char *path, const char *name, const char *schema_text,
                         unsigned records_per_block, struct ls_container_writer **out,
                         struct ls_error *err);

/* One encoded record of at most LS_CONTAINER_RECORD_MAX bytes, else LS_E_DATA. What LS_E_DATA or
 * LS_E_NOMEM refused was not taken, and the writer can be used on. After LS_E_IO every call but
 * ls_container_writer_free gives the same error again: what the file holds behind the last state is
 * not known, and that state can be resumed from. */
int ls_container_append(struct ls_container_writer *writer, const void *record, size_t size,
                        struct ls_error *err);

/* For a writer that encodes in place: room for `size_max` bytes, then how many were used. The room
 * is borrowed until the commit. */
int ls_container_reserve(struct ls_container_writer *writer, size_t size_max, uint8_t **room,
                         struct ls_error *err);
int ls_container_commit(struct ls_container_writer *writer, size_t size, struct ls_error *err);

/* Ends the block that is not full, so that nothing is pending: for files whose bytes need not be
 * the same whenever this is called. */
int ls_container_end_block(struct ls_container_writer *writer, struct ls_error *err);

/* Full blocks reach the file (buffered until here), synced with `sync`; then *state tells what a
 * checkpoint has to keep. */
int ls_container_flush(struct ls_container_writer *writer, bool sync,
                       struct ls_container_state *state, struct ls_error *err);

/* The last, short block; then as ls_container_flush without a state. Nothing may be appended after
 * it, except after ls_container_reopen. */
int ls_container_finish(struct ls_container_writer *writer, bool sync, struct ls_error *err);

/* For a writer that was just created: the SHA-256 of what the file comes to hold is made while that
 * is written. ls_container_sum_of says what came of it, and the file's size, once it is finished;
 * false: the writer was not asked, or reopened since. */
int ls_container_sum(struct ls_container_writer *writer, struct ls_error *err);
bool ls_container_sum_of(const struct ls_container_writer *writer, struct ls_sha256 *out,
                         uint64_t *size);

/* Takes the finish back: cuts the short block off the file and makes its records pending again. */
int ls_container_reopen(struct ls_container_writer *writer, struct ls_error *err);

/* Closes the file as it is. NULL is legal. */
void ls_container_writer_free(struct ls_container_writer *writer);

struct ls_container_reader;

struct ls_block {
    uint64_t offset;       /* of the block in the file */
    uint64_t first_record; /* its number in the file */
    uint64_t count;        /* records */
    const uint8_t *bytes;  /* borrowed until the next call */
    size_t size;
};

/* Opens and checks the header. LS_E_NOINPUT, LS_E_DATA (no container file, codec other than null,
 * no schema, a key twice, more than 1000 entries, torn header), LS_E_IO. */
int ls_container_open(const char *path, struct ls_container_reader **out, struct ls_error *err);

/* Appends a file's schema text, whatever codec its blocks are written with. LS_E_NOINPUT,
 * LS_E_DATA, LS_E_IO as above. */
int ls_container_read_schema(const char *path, struct ls_buf *text, struct ls_error *err);

/* The header's schema text and sync marker; borrowed. */
const char *ls_container_schema(const struct ls_container_reader *reader, size_t *size);
const uint8_t *ls_container_sync(const struct ls_container_reader *reader);
/* Any other metadata value, or NULL. */
const uint8_t *ls_container_meta(const struct ls_container_reader *reader, const char *key,
                                 size_t *size);

/* The next block: 1, or 0 at the end of the file, or a negative code, after which the same block
 * can be asked for again (the file may have grown). A file that ends inside a block gives
 * LS_E_DATA, and ls_container_torn() is then true and says where the whole blocks end; a wrong sync
 * marker, a size above LS_CONTAINER_BLOCK_MAX, or a count that is impossible (more records than
 * bytes; without bytes, more than LS_DECODE_ITEMS_MAX) is LS_E_DATA and not torn. A block of no
 * records is legal. */
int ls_container_next(struct ls_container_reader *reader, struct ls_block *block,
                      struct ls_error *err);

/* As ls_container_next without reading the records: block->bytes is NULL. For indexes and counting.
 */
int ls_container_next_skip(struct ls_container_reader *reader, struct ls_block *block,
                           struct ls_error *err);

bool ls_container_torn(const struct ls_container_reader *reader, uint64_t *whole_size);

/* How many records the whole blocks of a file hold, and where they end: what a killed writer left.
 * The end of the file may be torn. */
int ls_container_measure(const char *path, uint64_t *records, uint64_t *whole_size,
                         struct ls_error *err);

/* The same of a file that grows: looks only behind what *records and *whole_size said of it before,
 * zeros at first, and adds to them. A size of 0 stays where there is no whole header. */
int ls_container_measure_on(const char *path, uint64_t *records, uint64_t *whole_size,
                            struct ls_error *err);

/* 1 where the first `size` bytes of a file are its header and whole blocks of so many records; 0
 * where they are not. */
int ls_container_ends_at(const char *path, uint64_t records, uint64_t size, struct ls_error *err);

/* Goes to a block whose offset and first record are known from before. */
void ls_container_seek(struct ls_container_reader *reader, uint64_t offset, uint64_t first_record);

void ls_container_reader_free(struct ls_container_reader *reader);

#endif
