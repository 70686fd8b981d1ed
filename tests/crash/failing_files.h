/* The system's files, but that one call fails: the n-th of those that a fault is about. */
#ifndef LS_CRASH_FAILING_FILES_H
#define LS_CRASH_FAILING_FILES_H

#include "core/base/file_system.h"

struct failing_files {
    unsigned calls; /* what it is about, of enum failing_call, as bits */
    int errnum;     /* 0: the call moves fewer bytes than it is given */
    bool for_ever;  /* so do all later ones: a disk stays full */
    unsigned long nth, count;
};

enum failing_call {
    FAILING_OPEN = 1,
    FAILING_MAKE = 2, /* a file or a folder that was not there */
    FAILING_READ = 4,
    FAILING_WRITE = 8,
    FAILING_SYNC = 16,
    FAILING_NAME = 32, /* rename, unlink, list, remove a folder */
    FAILING_CUT = 64,
};

/* Puts them in the place of the system's own; *files counts. Any thread may call. */
void failing_files_begin(struct failing_files *files);

#endif
