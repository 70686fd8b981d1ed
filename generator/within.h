/* Whether all texts of one pattern are texts of another: how it is proved that what a `pattern`
 * source or an id template makes passes a `pattern` check (contract G7). */
#ifndef LS_GENERATOR_WITHIN_H
#define LS_GENERATOR_WITHIN_H

#include "core/base/pattern.h"

/* Of `narrow`, only the bits of its parts' letters are looked at. False also for two patterns so
 * entangled that it would take too long to find out. */
bool ls_pattern_is_within(const struct ls_pattern *narrow, const struct ls_pattern *wide);

#endif
