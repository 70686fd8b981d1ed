/* The layers of a spec: platform.yaml ← environments/NAME.yaml ← the domain file ← its profile ←
 * --set, later over earlier.
 *
 * platform.yaml and environments/ are looked for in the folder above the domain file's (the config
 * root), unless one is given. Both are optional, except an environment that was named. */
#ifndef LS_CONFIG_LAYERS_H
#define LS_CONFIG_LAYERS_H

#include "core/config/yaml.h"

struct ls_layers {
    const char *spec_path;
    const char *config_root; /* NULL: the folder above the spec's folder */
    const char *environment; /* NULL: none */
    const char *profile;     /* NULL: none */
    const char *const *sets; /* "path=value", ends with NULL; may be NULL */
};

/* The merged tree, without its `profiles` key. NULL when there were problems (in `diag`) or with
 * `err` filled: LS_E_NOINPUT for a missing spec, given config root or environment (naming the ones
 * that are there), LS_E_USAGE for an unknown profile (likewise). */
struct ls_yaml *ls_layers_load(const struct ls_layers *layers, struct ls_arena *arena,
                               struct ls_diag *diag, struct ls_error *err);

/* The config root that ls_layers_load would use, into out[LS_PATH_MAX]. */
int ls_layers_root(const struct ls_layers *layers, char *out, struct ls_error *err);

#endif
