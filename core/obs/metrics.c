#include "core/obs/metrics.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

void ls_metrics_init(struct ls_metrics *m)
{
    *m = (struct ls_metrics){0};
    ls_buf_init(&m->text, "metrics", LS_METRICS_BYTES_MAX);
}

void ls_metrics_clear(struct ls_metrics *m)
{
    ls_buf_clear(&m->text);
}

void ls_metrics_begin(struct ls_metrics *m, struct ls_error *err)
{
    m->text.size = 0;
    m->name = NULL;
    m->rc = 0;
    m->err = err;
}

int ls_metrics_end(const struct ls_metrics *m)
{
    return m->rc;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Of a metric, or of a label, which has no colon. */
static bool is_metric_name(const char *name, bool label)
{
    for (const char *c = name; *c; c++) {
        bool digit = *c >= '0' && *c <= '9' && c > name;
        if (!is_letter(*c) && !digit && (label || *c != ':')) {
            return false;
        }
    }
    return *name != '\0';
}

void ls_metrics_family(struct ls_metrics *m, const char *name, enum ls_metric_type type,
                       const char *help)
{
    assert(is_metric_name(name, false));
    assert(ls_ends_with(name, "_total") == (type == LS_METRIC_COUNTER));
    m->name = name;
    m->help = help;
    m->type = type;
    m->begun = false;
}

static void put(struct ls_metrics *m, const char *text, size_t size)
{
    m->rc = m->rc < 0 ? m->rc : ls_buf_append(&m->text, text, size, m->err);
}

static void put_text(struct ls_metrics *m, const char *text)
{
    put(m, text, strlen(text));
}

/* A backslash and a line's end are escaped, in a label's value a quote too. */
static void put_escaped(struct ls_metrics *m, const char *text, bool quoted)
{
    const char *special = quoted ? "\\\n\"" : "\\\n";
    while (*text) {
        size_t plain = strcspn(text, special);
        put(m, text, plain);
        text += plain;
        if (*text) {
            const char escaped[] = {'\\', *text == '\n' ? 'n' : *text};
            put(m, escaped, sizeof escaped);
            text++;
        }
    }
}

static void put_heading(struct ls_metrics *m)
{
    put_text(m, "# HELP ");
    put_text(m, m->name);
    put_text(m, " ");
    put_escaped(m, m->help, false);
    put_text(m, "\n# TYPE ");
    put_text(m, m->name);
    put_text(m, m->type == LS_METRIC_COUNTER ? " counter\n" : " gauge\n");
    m->begun = true;
}

static void put_labels(struct ls_metrics *m, const struct ls_label *labels)
{
    const char *before = "{";
    for (; labels && labels->name; labels++) {
        assert(is_metric_name(labels->name, true));
        put_text(m, before);
        put_text(m, labels->name);
        put_text(m, "=\"");
        put_escaped(m, labels->value, true);
        put_text(m, "\"");
        before = ",";
    }
    put_text(m, *before == ',' ? "} " : " ");
}

static void put_sample(struct ls_metrics *m, const struct ls_label *labels, const char *value)
{
    assert(m->name);
    if (!m->begun) {
        put_heading(m);
    }
    put_text(m, m->name);
    put_labels(m, labels);
    put_text(m, value);
    put_text(m, "\n");
}

void ls_metrics_count(struct ls_metrics *m, const struct ls_label *labels, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    put_sample(m, labels, text);
}

void ls_metrics_thousandths(struct ls_metrics *m, const struct ls_label *labels, int64_t value)
{
    char text[32];
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    snprintf(text, sizeof text, "%s%llu.%03u", value < 0 ? "-" : "",
             (unsigned long long)(size / 1000), (unsigned)(size % 1000));
    put_sample(m, labels, text);
}

int ls_metrics_save(const char *path, const void *text, size_t size, struct ls_error *err)
{
    char beside[LS_PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.tmp", path) >= (int)sizeof beside) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, path);
    }
    int fd = ls_file_open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
    if (fd < 0) {
        return fd;
    }
    int rc = ls_file_write(fd, text, size, beside, err);
    ls_file_close(fd);
    rc = rc < 0 ? rc : ls_file_rename(beside, path, err);
    if (rc < 0) {
        struct ls_error unheard;
        ls_file_remove(beside, &unheard);
    }
    return rc;
}
