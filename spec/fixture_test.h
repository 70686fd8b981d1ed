/* What the tests of spec/ and generator/ begin with: a spec loaded from a text in a folder of its
 * own. */
#ifndef LS_SPEC_FIXTURE_TEST_H
#define LS_SPEC_FIXTURE_TEST_H

#include "core/base/file.h"
#include "core/base/mem.h"
#include "spec/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char folder[64]; /* the current one; removed at the end */
    struct ls_spec *spec;
    struct ls_buf report;
    struct ls_error err;
};

static inline int fixture_begin(struct fixture *f)
{
    /* in memory where the machine has such a place: thousands of small files need no disk */
    const char *above = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(f->folder, sizeof f->folder, "%s/lockstep-test-XXXXXX", above);
    ls_buf_init(&f->report, "test report", 16U << 20);
    return mkdtemp(f->folder) && chdir(f->folder) == 0 ? 0 : -1;
}

static inline int fixture_end(struct fixture *f)
{
    ls_spec_free(f->spec);
    ls_buf_clear(&f->report);
    return chdir("/") == 0 && ls_tree_remove(f->folder, &f->err) == 0 ? 0 : -1;
}

/* For tests whose state is this alone. */
static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    return f ? fixture_begin(f) : -1;
}

static inline int fixture_teardown(void **state)
{
    int rc = fixture_end(*state);
    free(*state);
    return rc;
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

/* What ls_spec_load answers about a file spec.yaml with this text; f->spec is the spec, or NULL. */
static inline int load_text(struct fixture *f, const char *text, const char *const *sets)
{
    const struct ls_layers layers = {.spec_path = "spec.yaml", .config_root = ".", .sets = sets};
    ls_spec_free(f->spec);
    f->spec = NULL;
    f->report.size = 0;
    f->err.text[0] = '\0';
    assert_int_equal(ls_file_replace("spec.yaml", text, strlen(text), &f->err), 0);
    return ls_spec_load(&layers, &f->spec, &f->report, &f->err);
}

/* The same, of a text that is fine. */
static inline struct ls_spec *load_fine(struct fixture *f, const char *text,
                                        const char *const *sets)
{
    if (load_text(f, text, sets) < 0 || f->report.size) {
        fail_msg("%s\n%.*s", f->err.text, (int)f->report.size, (const char *)f->report.data);
    }
    return f->spec;
}

/* A copy of `text` with the one place where `find` stands changed; free() it. */
static inline char *changed(const char *text, const char *find, const char *replacement)
{
    const char *at = strstr(text, find);
    if (!at || strstr(at + 1, find)) {
        fail_msg("`%s` does not stand exactly once in the text", find);
        return NULL;
    }
    size_t size = strlen(text) + strlen(replacement) + 1;
    char *out = malloc(size);
    assert_non_null(out);
    snprintf(out, size, "%.*s%s%s", (int)(at - text), text, replacement, at + strlen(find));
    return out;
}

/* The report has exactly one error, of this rule, on this line (0: without a place), and says
 * `part`. */
static inline void check_report(struct fixture *f, const char *rule, int line, const char *part)
{
    char place[64];
    char tail[32];
    const char *text = ls_buf_text(&f->report, &f->err);
    assert_non_null(text);
    snprintf(place, sizeof place, "spec.yaml:%d:", line);
    snprintf(tail, sizeof tail, "[%s]", rule);
    bool found = strstr(text, tail) && strstr(text, part) && strstr(text, "1 error, 0 warnings") &&
                 strncmp(text, line ? place : "error:", strlen(line ? place : "error:")) == 0;
    if (!found) {
        fail_msg("expected %s on line %d with `%s`, got:\n%s", rule, line, part, text);
    }
}

/* One mistake in a text: what stands in place of what, and what is said about it. */
struct mistake {
    const char *find, *replacement;
    const char *rule;
    const char *at; /* on the line of this text; NULL: of `find` */
    const char *part;
};

static inline int line_of(const char *text, const char *find)
{
    int line = 1;
    const char *end = strstr(text, find);
    assert_non_null(end);
    for (const char *at = text; at < end; at++) {
        line += *at == '\n';
    }
    return line;
}

/* What was said about a text with the mistake, after it was refused. */
static inline void check_mistake(struct fixture *f, const char *text, const struct mistake *m)
{
    check_report(f, m->rule, line_of(text, m->at ? m->at : m->find), m->part);
}

/* A text with one mistake each is refused. */
static inline void check_mistakes(struct fixture *f, const char *sound, const struct mistake *cases,
                                  size_t count)
{
    for (size_t k = 0; k < count; k++) {
        char *text = changed(sound, cases[k].find, cases[k].replacement);
        int rc = load_text(f, text, NULL);
        if (rc == 0) {
            fail_msg("%s was expected: %s", cases[k].rule, cases[k].replacement);
        }
        check_mistake(f, sound, &cases[k]);
        assert_int_equal(rc, LS_E_DATA);
        assert_string_equal(f->err.text, "spec.yaml has 1 error");
        assert_null(f->spec);
        free(text);
    }
}

#define CHECK_MISTAKES(f, sound, ...)                                                              \
    check_mistakes(f, sound, (const struct mistake[])__VA_ARGS__,                                  \
                   sizeof((const struct mistake[])__VA_ARGS__) / sizeof(struct mistake))

#endif
