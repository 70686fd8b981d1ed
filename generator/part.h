/* A file that is written under NAME.part and gets its own name when it is whole. */
#ifndef LS_GENERATOR_PART_H
#define LS_GENERATOR_PART_H

#include "core/base/file.h"

struct ls_part {
    char *path;  /* what is to be written: FOLDER/NAME.part, or `whole` where that is there */
    char *whole; /* FOLDER/NAME */
};

/* Makes FOLDER/NAME.part, empty. What is at either name already is refused (LS_E_DATA); with
 * `resume` it is left as it is, to be written again (ls_file_write_again), and only both at once
 * are refused. Clear also after an error. */
int ls_part_begin(struct ls_part *part, const char *folder, const char *name, bool resume,
                  struct ls_error *err);

/* Gives a file that is whole and synced its name. The folder is the caller's to sync. */
int ls_part_end(const struct ls_part *part, struct ls_error *err);

void ls_part_clear(struct ls_part *part);

#endif
