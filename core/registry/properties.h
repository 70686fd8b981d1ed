/* What people set for a schema registry with -X registry.KEY=VALUE, for the whole process: before
 * the first registry is opened. */
#ifndef LS_REGISTRY_PROPERTIES_H
#define LS_REGISTRY_PROPERTIES_H

#include "core/base/buf.h"
#include "core/registry/registry.h"

/* Is the assignment one of these? */
bool ls_registry_is_property(const char *assignment);

/* "registry.url=URL", "registry.basic.auth=USER:PASSWORD" or "=@FILE", which is read now,
 * "registry.ca.location=FILE", "registry.patience=DURATION". The last one of a key counts.
 * LS_E_USAGE for one that there is not, or whose value is none: credentials are in no message;
 * LS_E_NOINPUT and the like for the file. */
int ls_registry_set(const char *assignment, struct ls_error *err);

/* As if none had been set. */
void ls_registry_unset(void);

/* What can be set, a line each. */
int ls_registry_list(struct ls_buf *out, struct ls_error *err);

/* Opens what is set: *out is NULL where no URL is. LS_E_USAGE where something else is set without
 * one. */
int ls_registry_open_set(struct ls_registry **out, struct ls_error *err);

#endif
