#include "core/obs/process.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The second number of /proc/self/statm, in pages. */
static uint64_t resident_pages(void)
{
    static const char path[] = "/proc/self/statm";
    char text[128];
    size_t size = 0;
    struct ls_error unheard;
    int fd = ls_file_open(path, O_RDONLY, 0, &unheard);
    if (fd < 0) {
        return 0;
    }
    int rc = ls_file_read_at(fd, text, sizeof text - 1, 0, &size, path, &unheard);
    ls_file_close(fd);
    text[rc < 0 ? 0 : size] = '\0';
    uint64_t pages = 0;
    const char *c = text;
    while (*c >= '0' && *c <= '9') {
        c++;
    }
    for (c += *c == ' '; *c >= '0' && *c <= '9'; c++) {
        pages = pages * 10 + (uint64_t)(*c - '0');
    }
    return pages;
}

static uint64_t milliseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_usec / 1000;
}

static struct rusage usage_of_all(void)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    return usage;
}

uint64_t ls_process_memory_max(void)
{
    return (uint64_t)usage_of_all().ru_maxrss * 1024; /* Linux counts KiB */
}

void ls_process_usage(struct ls_process_usage *out)
{
    const struct rusage usage = usage_of_all();
    out->cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    out->memory_bytes = resident_pages() * (uint64_t)sysconf(_SC_PAGESIZE);
    out->memory_max_bytes = ls_process_memory_max();
}
