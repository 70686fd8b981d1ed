/* Runs a fuzz target over a corpus as an ordinary test, where no libFuzzer is linked: every regular
 * file of the folders (or files) in argv, in byte order of their names. The path of an input is
 * written before it is run, so that the last line names the one that crashed. */
#include "core/base/file.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

#define INPUT_SIZE_MAX (16U << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    const char *folder;
    unsigned long inputs;
};

static int run_file(struct run *run, const char *path, struct ls_error *err)
{
    struct ls_buf buf;
    ls_buf_init(&buf, "fuzz input", INPUT_SIZE_MAX);
    uint8_t *exact = NULL; /* without spare room behind it, so that a sanitizer sees an overrun */
    int rc = ls_file_read(path, &buf, err);
    if (rc < 0) {
        goto out;
    }
    exact = ls_mem_new(buf.size, 1, err);
    if (!exact) {
        rc = err->code;
        goto out;
    }
    if (buf.size) {
        memcpy(exact, buf.data, buf.size);
    }
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, buf.size);
    run->inputs++;
out:
    ls_mem_free(exact);
    ls_buf_clear(&buf);
    return rc;
}

static int run_below(void *context, const char *relative, struct ls_error *err)
{
    struct run *run = context;
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, run->folder, relative, err);
    return rc < 0 ? rc : run_file(run, path, err);
}

int main(int argc, char **argv)
{
    struct ls_error err;
    struct run run = {0};
    for (int i = 1; i < argc; i++) {
        run.folder = argv[i];
        int rc = ls_path_is_folder(argv[i]) ? ls_tree_walk(argv[i], run_below, &run, &err)
                                            : run_file(&run, argv[i], &err);
        if (rc < 0) {
            fprintf(stderr, "%s: %s\n", argv[0], err.text);
            return 1;
        }
    }
    if (run.inputs == 0) {
        fprintf(stderr, "%s: no input: name a corpus folder that holds at least one file\n",
                argv[0]);
        return 1;
    }
    printf("%lu inputs\n", run.inputs);
    return 0;
}
