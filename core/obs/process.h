/* What this process has used of the machine. */
#ifndef LS_OBS_PROCESS_H
#define LS_OBS_PROCESS_H

#include <stdint.h>

struct ls_process_usage {
    uint64_t cpu_ms;           /* of all threads, user and system */
    uint64_t memory_bytes;     /* resident now; 0: the system does not say */
    uint64_t memory_max_bytes; /* the most that was resident */
};

uint64_t ls_process_memory_max(void); /* memory_max_bytes alone */

void ls_process_usage(struct ls_process_usage *out);

#endif
