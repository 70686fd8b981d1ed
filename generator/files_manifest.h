/* DIR/manifest.json of a folder of typed files: whose they are, and whether they are whole. It is
 * written when they are begun ("complete": false), and again, atomically, when everything is synced
 * and has its name. */
#ifndef LS_GENERATOR_FILES_MANIFEST_H
#define LS_GENERATOR_FILES_MANIFEST_H

#include "generator/sink.h"

/* One file, for people and tools: nothing here reads it back. */
struct ls_files_entry {
    const char *name; /* "order.csv" */
    const char *topic;
    uint64_t events;
};

/* Writes it. `entries` may be NULL while not complete. */
int ls_files_manifest_write(const char *folder, const char *format,
                            const struct ls_sink_domain *domain, bool complete,
                            const struct ls_files_entry *entries, size_t entry_count,
                            struct ls_error *err);

enum ls_files_state { LS_FILES_NONE, LS_FILES_PARTIAL, LS_FILES_COMPLETE };

/* What lies in the folder of what this domain's run is to write there. LS_E_DATA, with what to do,
 * when it is another's, or anything at all unless `resume`. */
int ls_files_manifest_look(const char *folder, const char *format,
                           const struct ls_sink_domain *domain, bool resume,
                           enum ls_files_state *out, struct ls_error *err);

#endif
