#include "generator/text_file.h"

#include <fcntl.h>

#define WRITE_SIZE (256U << 10) /* bytes that one write is about */
#define LINES_MAX  (64U << 20)  /* bytes: far more than a line of any event */

int ls_text_file_open(struct ls_text_file *file, const char *path, struct ls_error *err)
{
    *file = (struct ls_text_file){.path = path, .fd = -1};
    ls_buf_init(&file->text, "lines of an output file", LINES_MAX);
    file->fd = ls_file_open(path, O_RDWR, 0, err);
    return file->fd < 0 ? file->fd : ls_file_size(file->fd, &file->kept, path, err);
}

static int write_out(struct ls_text_file *file, struct ls_error *err)
{
    int rc = ls_file_write_again(file->fd, file->text.data, file->text.size, file->written,
                                 file->kept, file->path, err);
    if (rc == 0) {
        file->written += file->text.size;
        file->text.size = 0;
    }
    return rc;
}

int ls_text_file_line(struct ls_text_file *file, struct ls_error *err)
{
    return file->text.size < WRITE_SIZE ? 0 : write_out(file, err);
}

int ls_text_file_finish(struct ls_text_file *file, struct ls_error *err)
{
    int rc = write_out(file, err);
    rc = rc < 0 ? rc : ls_file_end_again(file->written, file->kept, file->path, err);
    return rc < 0 ? rc : ls_file_sync(file->fd, file->path, err);
}

void ls_text_file_close(struct ls_text_file *file)
{
    if (file->path) {
        if (file->fd >= 0) {
            ls_file_close(file->fd);
        }
        ls_buf_clear(&file->text);
    }
    *file = (struct ls_text_file){.fd = -1};
}
