/* Where the rows of a run go: files below a folder, or topics of a log. One table of functions
 * each, which dataset.c and outputs.c alone call; another place is one more table.
 *
 * The rows of one dataset are appended by one thread at a time; every other call is made while none
 * is. `save` is what a checkpoint begins with, and names in its states; `open` goes on from there,
 * whatever came behind it. */
#ifndef LS_OUTPUT_OUTLET_H
#define LS_OUTPUT_OUTLET_H

#include "pipeline/output/outputs.h"

struct ls_outlet {
    bool takes_back; /* what was written behind a checkpoint is gone when the run goes on: so a
                        flush may be written at the end of any input, else when it is the last */
    /* Opens every dataset: empty, or (`states`, one for each) as it was saved. */
    int (*open)(struct ls_outputs *o, const struct ls_dataset_state *states, struct ls_error *err);
    /* Room for a row, borrowed until the commit, which says how much of it was used. */
    int (*reserve)(struct ls_dataset *set, size_t size_max, uint8_t **room, struct ls_error *err);
    int (*commit)(struct ls_dataset *set, size_t size, const struct ls_row_tag *tag,
                  struct ls_error *err);
    /* What was appended is written, with `sync` durably; *state is for a checkpoint. */
    int (*save)(struct ls_dataset *set, bool sync, struct ls_container_state *state,
                struct ls_error *err);
    /* Behind a checkpoint whose states `save` gave; NULL: nothing is left to do then. */
    int (*covered)(struct ls_outputs *o, const struct ls_log_commit *commit, struct ls_error *err);
    /* No row comes in this run; `final`: none in any. */
    int (*end)(struct ls_outputs *o, bool final, struct ls_error *err);
    void (*clear)(struct ls_dataset *set);
    void (*close)(struct ls_outputs *o); /* behind all datasets */
};

extern const struct ls_outlet ls_outlet_files, ls_outlet_topics;

#endif
