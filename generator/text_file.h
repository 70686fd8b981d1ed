/* A file of lines that is written in order from its beginning, buffered. */
#ifndef LS_GENERATOR_TEXT_FILE_H
#define LS_GENERATOR_TEXT_FILE_H

#include "core/base/file.h"

struct ls_text_file {
    const char *path;   /* borrowed */
    struct ls_buf text; /* not written yet: lines are appended here */
    int fd;             /* -1: not open */
    uint64_t written, kept;
};

/* Opens a file that is there; what it holds, up to where a killed writer came, is compared instead
 * of written (ls_file_write_again). Close also after an error. */
int ls_text_file_open(struct ls_text_file *file, const char *path, struct ls_error *err);

/* Behind each line: writes when enough has come together. */
int ls_text_file_line(struct ls_text_file *file, struct ls_error *err);

/* Writes the rest and syncs. LS_E_DATA where the file goes on behind it. */
int ls_text_file_finish(struct ls_text_file *file, struct ls_error *err);

/* What was not written is lost. One that was never opened, all zeros, is fine. */
void ls_text_file_close(struct ls_text_file *file);

#endif
