#include "core/registry/properties.h"

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/config/option.h"

#include <string.h>

#define PREFIX          "registry."
#define PATIENCE_MIN_MS 100
#define PATIENCE_MAX_MS (INT64_C(24) * 3600 * 1000)
#define AUTH_FILE_MAX   4096

static char *url, *auth, *ca_file;
static int64_t patience_ms = LS_REGISTRY_PATIENCE_MS;
static bool is_any;

static const struct {
    const char *key, *example, *summary;
} keys[] = {
    {"url", "URL", "where the schema registry is, with any path in front of its interface"},
    {"basic.auth", "USER:PASSWORD",
     "credentials for it; @FILE reads them from a file, so that no list of processes shows them"},
    {"ca.location", "FILE", "certificates in PEM that its own is checked against [the system's]"},
    {"patience", "DURATION", "how long it is asked again before it is given up [30s]"},
};
#define KEYS (sizeof keys / sizeof *keys)

bool ls_registry_is_property(const char *assignment)
{
    return strncmp(assignment, PREFIX, strlen(PREFIX)) == 0;
}

static int keep(char **place, const char *value, struct ls_error *err)
{
    char *copy = ls_mem_copy(value, strlen(value), err);
    if (!copy) {
        return err->code;
    }
    ls_mem_free(*place);
    *place = copy;
    return 0;
}

static int keep_auth(const char *value, struct ls_error *err)
{
    struct ls_buf file;
    if (value[0] != '@') {
        return keep(&auth, value, err);
    }
    ls_buf_init(&file, "file of -X registry.basic.auth", AUTH_FILE_MAX);
    int rc = ls_file_read(value + 1, &file, err);
    while (rc == 0 && file.size && strchr("\r\n", file.data[file.size - 1])) {
        file.size--;
    }
    const char *text = rc == 0 ? ls_buf_text(&file, err) : NULL;
    rc = rc < 0 ? rc : text ? keep(&auth, text, err) : err->code;
    ls_buf_clear(&file);
    return rc;
}

static int set_patience(const char *value, struct ls_error *err)
{
    int64_t ms;
    if (!ls_read_duration(value, &ms) || ms < PATIENCE_MIN_MS || ms > PATIENCE_MAX_MS) {
        return ls_error_set(err, LS_E_USAGE,
                            "-X registry.patience=%.40s: write a duration from 100ms to 24h, as in "
                            "2m",
                            value);
    }
    patience_ms = ms;
    return 0;
}

/* Would a client take them? What is to be found out now is not found out by the first request. */
static int check(const struct ls_registry_options *options, struct ls_error *err)
{
    struct ls_registry *registry;
    int rc = ls_registry_open(options, &registry, err);
    if (rc == 0) {
        ls_registry_close(registry);
    }
    return rc;
}

int ls_registry_set(const char *assignment, struct ls_error *err)
{
    const char *key = assignment + strlen(PREFIX);
    size_t size = strcspn(key, "=");
    size_t k = 0;
    while (k < KEYS && (strlen(keys[k].key) != size || memcmp(keys[k].key, key, size) != 0)) {
        k++;
    }
    if (k == KEYS || !key[size] || !key[size + 1]) {
        return ls_error_set(err, LS_E_USAGE,
                            "-X registry.%.*s: write registry.url=URL, "
                            "registry.basic.auth=USER:PASSWORD, registry.ca.location=FILE or "
                            "registry.patience=DURATION",
                            size < 40 ? (int)size : 40, key);
    }
    const char *value = key + size + 1;
    is_any = true;
    if (strcmp(keys[k].key, "url") == 0) {
        int rc = check(&(struct ls_registry_options){.url = value}, err);
        return rc < 0 ? rc : keep(&url, value, err);
    }
    if (strcmp(keys[k].key, "basic.auth") == 0) {
        int rc = keep_auth(value, err);
        const struct ls_registry_options options = {.url = "http://host", .auth = auth};
        return rc < 0 ? rc : check(&options, err);
    }
    return strcmp(keys[k].key, "patience") == 0 ? set_patience(value, err)
                                                : keep(&ca_file, value, err);
}

void ls_registry_unset(void)
{
    char **const places[] = {&url, &auth, &ca_file};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        ls_mem_free(*places[i]);
        *places[i] = NULL;
    }
    patience_ms = LS_REGISTRY_PATIENCE_MS;
    is_any = false;
}

int ls_registry_list(struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < KEYS; k++) {
        rc = ls_buf_appendf(out, err, "registry.%s=%s   %s\n", keys[k].key, keys[k].example,
                            keys[k].summary);
    }
    return rc;
}

int ls_registry_open_set(struct ls_registry **out, struct ls_error *err)
{
    *out = NULL;
    if (!url) {
        return is_any ? ls_error_set(err, LS_E_USAGE,
                                     "-X registry.* is set, but no schema registry: set "
                                     "registry.url=URL too")
                      : 0;
    }
    const struct ls_registry_options options = {url, auth, ca_file, patience_ms};
    return ls_registry_open(&options, out, err);
}
