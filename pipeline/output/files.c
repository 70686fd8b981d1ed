/* Rows in files: FOLDER/datasets/NAME.avro, container files whose bytes are the rows' alone. */
#include "core/base/mutant.h"
#include "pipeline/output/outlet.h"

static int files_open(struct ls_outputs *o, const struct ls_dataset_state *states,
                      struct ls_error *err)
{
    int rc = 0;
    if (!states) {
        rc = ls_tree_remove(o->datasets, err);
        rc = rc < 0 ? rc : ls_folder_make(o->datasets, err); /* also where there is none */
    }
    for (size_t i = 0; rc == 0 && i < o->count; i++) {
        char name[LS_PATH_MAX];
        const struct ls_layout *layout = ls_outputs_describe(o, i, name);
        rc = states ? ls_dataset_resume(&o->sets[i], o->datasets, name, layout, &states[i], err)
                    : ls_dataset_create(&o->sets[i], o->datasets, name, layout, err);
        rc = rc < 0 || states ? rc : ls_container_sum(o->sets[i].writer, err);
    }
    return rc < 0 || LS_MUTANT(FOLDERS_NOT_SYNCED) ? rc : ls_tree_sync_names(o->datasets, err);
}

static int files_reserve(struct ls_dataset *set, size_t size_max, uint8_t **room,
                         struct ls_error *err)
{
    return ls_container_reserve(set->writer, size_max, room, err);
}

static int files_commit(struct ls_dataset *set, size_t size, const struct ls_row_tag *tag,
                        struct ls_error *err)
{
    (void)tag;
    return ls_container_commit(set->writer, size, err);
}

static int files_save(struct ls_dataset *set, bool sync, struct ls_container_state *state,
                      struct ls_error *err)
{
    return ls_container_flush(set->writer, sync, state, err);
}

static int files_end(struct ls_outputs *o, bool final, struct ls_error *err)
{
    int rc = 0;
    (void) final;
    for (size_t i = 0; rc == 0 && i < o->count; i++) {
        rc = ls_container_finish(o->sets[i].writer, !LS_MUTANT(END_NOT_SYNCED), err);
    }
    return rc;
}

static void files_clear(struct ls_dataset *set)
{
    ls_container_writer_free(set->writer);
}

static void files_close(struct ls_outputs *o)
{
    (void)o;
}

const struct ls_outlet ls_outlet_files = {
    .takes_back = true,
    .open = files_open,
    .reserve = files_reserve,
    .commit = files_commit,
    .save = files_save,
    .end = files_end,
    .clear = files_clear,
    .close = files_close,
};
