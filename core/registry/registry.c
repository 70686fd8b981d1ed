#include "core/registry/registry.h"

#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/registry/client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What Confluent's interface calls an answer of 404 that is about what was asked for, not about the
 * path. */
#define CODE_ABSENT_FIRST 40400
#define CODE_ABSENT_LAST  40499

#define SUBJECT_MAX    1000 /* bytes */
#define PATH_BYTES_MAX ((size_t)16 << 10)
#define BODY_MAX       ((size_t)8 << 20) /* a schema at its limit, escaped */

/* That a subject has a schema: it is not asked for again. */
struct link {
    const char *subject;
    int64_t version; /* 0: not known */
    uint64_t crc64;
    const struct ls_registry_schema *schema;
};

struct ls_registry {
    pthread_mutex_t lock; /* of all below */
    struct ls_registry_client *client;
    struct ls_arena kept; /* what is below, and its texts */
    const struct ls_registry_schema **schemas;
    size_t schema_count, schema_capacity;
    struct link *links;
    size_t link_count, link_capacity;
};

/* ---- begin and end */

int ls_registry_open(const struct ls_registry_options *options, struct ls_registry **out,
                     struct ls_error *err)
{
    *out = NULL;
    struct ls_registry *registry = ls_mem_new(1, sizeof *registry, err);
    if (!registry) {
        return err->code;
    }
    pthread_mutex_init(&registry->lock, NULL);
    ls_arena_init(&registry->kept, "schemas of a registry (LS_REGISTRY_KEPT_MAX)",
                  LS_REGISTRY_KEPT_MAX);
    int rc = ls_registry_client_new(options, &registry->client, err);
    if (rc < 0) {
        ls_registry_close(registry);
        return rc;
    }
    *out = registry;
    return 0;
}

void ls_registry_close(struct ls_registry *registry)
{
    if (!registry) {
        return;
    }
    ls_registry_client_free(registry->client);
    ls_mem_free(registry->schemas);
    ls_mem_free(registry->links);
    ls_arena_clear(&registry->kept);
    pthread_mutex_destroy(&registry->lock);
    ls_mem_free(registry);
}

const char *ls_registry_url(const struct ls_registry *registry)
{
    return ls_registry_client_url(registry->client);
}

/* ---- what is kept */

static const struct ls_registry_schema *kept_schema(const struct ls_registry *registry, uint32_t id)
{
    for (size_t i = 0; i < registry->schema_count; i++) {
        if (registry->schemas[i]->id == id) {
            return registry->schemas[i];
        }
    }
    return NULL;
}

static const struct link *kept_version(const struct ls_registry *registry, const char *subject,
                                       int64_t version)
{
    for (size_t i = 0; i < registry->link_count; i++) {
        const struct link *link = &registry->links[i];
        if (link->version == version && strcmp(link->subject, subject) == 0) {
            return link;
        }
    }
    return NULL;
}

/* `numbered`: the version is wanted as well. */
static const struct link *kept_fingerprint(const struct ls_registry *registry, const char *subject,
                                           uint64_t crc64, bool numbered)
{
    for (size_t i = 0; i < registry->link_count; i++) {
        const struct link *link = &registry->links[i];
        if (link->crc64 == crc64 && !link->schema->why && (link->version || !numbered) &&
            strcmp(link->subject, subject) == 0) {
            return link;
        }
    }
    return NULL;
}

static int keep_link(struct ls_registry *registry, const char *subject, int64_t version,
                     const struct ls_registry_schema *schema, struct ls_error *err)
{
    for (size_t i = 0; i < registry->link_count; i++) {
        const struct link *link = &registry->links[i];
        if (link->version == version && link->schema == schema &&
            strcmp(link->subject, subject) == 0) {
            return 0;
        }
    }
    const char *name = ls_arena_text(&registry->kept, subject, strlen(subject), err);
    if (!name || ls_mem_grow(&registry->links, &registry->link_capacity, registry->link_count + 1,
                             sizeof *registry->links, err) < 0) {
        return err->code;
    }
    registry->links[registry->link_count++] = (struct link){name, version, schema->crc64, schema};
    return 0;
}

/* ---- schemas out of answers */

static int not_understood(const struct ls_registry *registry, const char *path, const char *what,
                          struct ls_error *err)
{
    return ls_registry_refuse(registry->client, LS_E_DATA, path, err,
                              "what it answers has no %s: does a schema registry with Confluent's "
                              "interface listen there?",
                              what);
}

/* Why a schema can't be read by itself; NULL when it can, and then *crc64 is its fingerprint. */
static int read_schema(struct ls_registry *registry, const json_t *json, const char *text,
                       size_t size, uint64_t *crc64, const char **why, struct ls_error *err)
{
    const json_t *type = json_object_get(json, "schemaType");
    struct ls_schema *schema = NULL;
    struct ls_error problem = {0};
    *crc64 = 0;
    *why = NULL;
    if (json_is_string(type) && strcmp(json_string_value(type), "AVRO") != 0) {
        *why = "it is no Avro schema";
        return 0;
    }
    if (json_array_size(json_object_get(json, "references")) > 0) {
        *why = "it refers to other schemas of the registry";
        return 0;
    }
    int rc = ls_schema_parse(text, size, &schema, &problem);
    if (rc == LS_E_DATA) {
        *why = ls_arena_text(&registry->kept, problem.text, strlen(problem.text), err);
        return *why ? 0 : err->code;
    }
    if (rc < 0) {
        *err = problem;
        return rc;
    }
    *crc64 = schema->crc64;
    ls_schema_free(schema);
    return 0;
}

/* Keeps the schema of an answer under its id. */
static int keep_schema(struct ls_registry *registry, const char *path, const json_t *json,
                       uint32_t id, const struct ls_registry_schema **out, struct ls_error *err)
{
    const json_t *text = json_object_get(json, "schema");
    *out = kept_schema(registry, id);
    if (*out) {
        return 0;
    }
    if (!json_is_string(text)) {
        return not_understood(registry, path, "schema", err);
    }
    struct ls_registry_schema *schema = ls_arena_new(&registry->kept, 1, sizeof *schema, err);
    if (!schema) {
        return err->code;
    }
    schema->id = id;
    schema->text_size = json_string_length(text);
    schema->text = ls_arena_text(&registry->kept, json_string_value(text), schema->text_size, err);
    int rc = schema->text ? 0 : err->code;
    rc = rc < 0 ? rc
                : read_schema(registry, json, schema->text, schema->text_size, &schema->crc64,
                              &schema->why, err);
    rc = rc < 0 ? rc
                : ls_mem_grow(&registry->schemas, &registry->schema_capacity,
                              registry->schema_count + 1, sizeof *registry->schemas, err);
    if (rc == 0) {
        registry->schemas[registry->schema_count++] = schema;
        *out = schema;
    }
    return rc;
}

static int read_id(const struct ls_registry *registry, const char *path, const json_t *json,
                   uint32_t *id, struct ls_error *err)
{
    const json_t *number = json_object_get(json, "id");
    json_int_t value = json_integer_value(number);
    if (!json_is_integer(number)) {
        return not_understood(registry, path, "id", err);
    }
    if (value < 0 || value > UINT32_MAX) {
        return ls_registry_refuse(registry->client, LS_E_DATA, path, err,
                                  "the id %lld does not fit into the four bytes that Confluent's "
                                  "frame has for it",
                                  (long long)value);
    }
    *id = (uint32_t)value;
    return 0;
}

/* ---- asking */

/* A path with a subject in it, and what stands around it. */
static int subject_path(struct ls_buf *out, const char *before, const char *subject,
                        const char *behind, const char **path, struct ls_error *err)
{
    size_t size = strlen(subject);
    ls_buf_init(out, "path of a request to a schema registry", PATH_BYTES_MAX);
    if (size == 0 || size > SUBJECT_MAX) {
        return ls_error_set(err, LS_E_USAGE,
                            "a subject of %zu bytes: a schema registry wants a name of 1 to %d",
                            size, SUBJECT_MAX);
    }
    int rc = ls_buf_append_text(out, before, err);
    rc = rc < 0 ? rc : ls_registry_encode(out, subject, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, behind, err);
    *path = rc == 0 ? ls_buf_text(out, err) : NULL;
    return *path ? 0 : err->code;
}

static int refused(const struct ls_registry *registry, const char *path,
                   const struct ls_registry_answer *answer, struct ls_error *err)
{
    const char *advice = "";
    int code = LS_E_DATA;
    if (answer->status == 409) {
        code = LS_E_SCHEMA;
        advice = "; make the change compatible, or change the rule of the subject in the registry";
    } else if (answer->status == 404 || answer->status == 405) {
        code = LS_E_IO;
        advice = "; is the path in front of the registry's interface in the URL, such as "
                 "/apis/ccompat/v7?";
    }
    char own[40] = "";
    if (answer->code) {
        (void)snprintf(own, sizeof own, " (error_code %lld)", (long long)answer->code);
    }
    return ls_registry_refuse(registry->client, code, path, err, "it answers %d%s%s%s%s",
                              answer->status, own, *answer->message ? ": " : "", answer->message,
                              advice);
}

/* 0 with an object or an array, LS_REGISTRY_ABSENT, or an error. */
static int ask(struct ls_registry *registry, const char *path, const char *body,
               struct ls_registry_answer *out, struct ls_error *err)
{
    int rc = ls_registry_ask(registry->client, path, body, out, err);
    if (rc < 0 || out->status < 300) {
        return rc;
    }
    if (out->status == 404 && out->code >= CODE_ABSENT_FIRST && out->code <= CODE_ABSENT_LAST) {
        return LS_REGISTRY_ABSENT;
    }
    return refused(registry, path, out, err);
}

/* As ask, with {"schema": TEXT} as the body. */
static int ask_with(struct ls_registry *registry, const char *path, const struct ls_schema *schema,
                    struct ls_registry_answer *out, struct ls_error *err)
{
    struct ls_buf body;
    ls_buf_init(&body, "schema for a registry", BODY_MAX);
    *out = (struct ls_registry_answer){0};
    int rc = ls_buf_append_text(&body, "{\"schema\":", err);
    rc = rc < 0 ? rc : ls_json_string(&body, schema->text, schema->text_size, err);
    rc = rc < 0 ? rc : ls_buf_append_text(&body, "}", err);
    const char *text = rc == 0 ? ls_buf_text(&body, err) : NULL;
    rc = text ? ask(registry, path, text, out, err) : err->code;
    ls_buf_clear(&body);
    return rc;
}

static int by_id(struct ls_registry *registry, uint32_t id, const struct ls_registry_schema **out,
                 struct ls_error *err)
{
    struct ls_registry_answer answer;
    char path[64];
    *out = kept_schema(registry, id);
    if (*out) {
        return (*out)->why ? LS_REGISTRY_FOREIGN : 0;
    }
    (void)snprintf(path, sizeof path, "/schemas/ids/%u", id);
    int rc = ask(registry, path, NULL, &answer, err);
    rc = rc ? rc : keep_schema(registry, path, answer.json, id, out, err);
    ls_registry_answer_clear(&answer);
    return rc == 0 && (*out)->why ? LS_REGISTRY_FOREIGN : rc;
}

/* An answer with "id", "version" and "schema". */
static int take(struct ls_registry *registry, const char *path, const char *subject,
                const json_t *json, int64_t *number, const struct ls_registry_schema **out,
                struct ls_error *err)
{
    uint32_t id = 0;
    const json_t *version = json_object_get(json, "version");
    int rc = read_id(registry, path, json, &id, err);
    if (rc == 0 && json_integer_value(version) < 1) {
        rc = not_understood(registry, path, "version", err);
    }
    rc = rc < 0 ? rc : keep_schema(registry, path, json, id, out, err);
    rc = rc < 0 ? rc : keep_link(registry, subject, json_integer_value(version), *out, err);
    if (rc == 0) {
        *number = json_integer_value(version);
    }
    return rc;
}

static int version_of(struct ls_registry *registry, const char *subject, int64_t version,
                      int64_t *number, const struct ls_registry_schema **out, struct ls_error *err)
{
    struct ls_registry_answer answer = {0};
    struct ls_buf buf;
    char behind[64];
    const char *path;
    const struct link *kept = version > 0 ? kept_version(registry, subject, version) : NULL;
    if (kept) {
        *number = version;
        *out = kept->schema;
        return (*out)->why ? LS_REGISTRY_FOREIGN : 0;
    }
    (void)snprintf(behind, sizeof behind,
                   version == LS_REGISTRY_LATEST ? "/versions/latest" : "/versions/%lld",
                   (long long)version);
    int rc = subject_path(&buf, "/subjects/", subject, behind, &path, err);
    rc = rc ? rc : ask(registry, path, NULL, &answer, err);
    rc = rc ? rc : take(registry, path, subject, answer.json, number, out, err);
    ls_registry_answer_clear(&answer);
    ls_buf_clear(&buf);
    return rc == 0 && (*out)->why ? LS_REGISTRY_FOREIGN : rc;
}

/* Is what the registry has the schema that was meant? */
static int check_same(const struct ls_registry *registry, const char *path,
                      const struct ls_schema *wanted, const struct ls_registry_schema *got,
                      struct ls_error *err)
{
    if (got->why) {
        return ls_registry_refuse(registry->client, LS_E_DATA, path, err,
                                  "the registry has another schema under the id %u that it "
                                  "answers: %s",
                                  got->id, got->why);
    }
    return got->crc64 == wanted->crc64
               ? 0
               : ls_registry_refuse(registry->client, LS_E_DATA, path, err,
                                    "the registry has another schema under the id %u that it "
                                    "answers: its fingerprint is %016llx, not %016llx",
                                    got->id, (unsigned long long)got->crc64,
                                    (unsigned long long)wanted->crc64);
}

static int add(struct ls_registry *registry, const char *subject, const struct ls_schema *schema,
               const struct ls_registry_schema **out, struct ls_error *err)
{
    struct ls_registry_answer answer = {0};
    struct ls_buf buf;
    const char *path;
    uint32_t id = 0;
    const struct link *kept = kept_fingerprint(registry, subject, schema->crc64, false);
    if (kept) {
        *out = kept->schema;
        return 0;
    }
    int rc = subject_path(&buf, "/subjects/", subject, "/versions", &path, err);
    rc = rc ? rc : ask_with(registry, path, schema, &answer, err);
    rc = rc == LS_REGISTRY_ABSENT ? refused(registry, path, &answer, err) : rc;
    rc = rc ? rc : read_id(registry, path, answer.json, &id, err);
    rc = rc ? rc : by_id(registry, id, out, err);
    if (rc == LS_REGISTRY_ABSENT) {
        rc = ls_registry_refuse(registry->client, LS_E_DATA, path, err,
                                "the registry does not know the id %u that it answers", id);
    } else if (rc >= 0) {
        rc = check_same(registry, path, schema, *out, err);
    }
    rc = rc < 0 ? rc : keep_link(registry, subject, 0, *out, err);
    ls_registry_answer_clear(&answer);
    ls_buf_clear(&buf);
    return rc;
}

static int find(struct ls_registry *registry, const char *subject, const struct ls_schema *schema,
                int64_t *number, const struct ls_registry_schema **out, struct ls_error *err)
{
    struct ls_registry_answer answer = {0};
    struct ls_buf buf;
    const char *path;
    const struct link *kept = kept_fingerprint(registry, subject, schema->crc64, true);
    if (kept) {
        *number = kept->version;
        *out = kept->schema;
        return 0;
    }
    int rc = subject_path(&buf, "/subjects/", subject, "", &path, err);
    rc = rc ? rc : ask_with(registry, path, schema, &answer, err);
    rc = rc ? rc : take(registry, path, subject, answer.json, number, out, err);
    rc = rc ? rc : check_same(registry, path, schema, *out, err);
    ls_registry_answer_clear(&answer);
    ls_buf_clear(&buf);
    return rc;
}

static int read_numbers(struct ls_registry *registry, const char *path, const json_t *json,
                        int64_t **numbers, size_t *count, struct ls_error *err)
{
    size_t size = json_array_size(json);
    if (!json_is_array(json)) {
        return not_understood(registry, path, "list of versions", err);
    }
    if (size > LS_REGISTRY_VERSIONS_MAX) {
        return ls_registry_refuse(registry->client, LS_E_DATA, path, err,
                                  "%zu versions: at most %d are read (LS_REGISTRY_VERSIONS_MAX)",
                                  size, LS_REGISTRY_VERSIONS_MAX);
    }
    int64_t *made = ls_mem_new(size, sizeof *made, err);
    if (!made) {
        return err->code;
    }
    for (size_t i = 0; i < size; i++) {
        made[i] = json_integer_value(json_array_get(json, i));
        if (made[i] < 1) {
            ls_mem_free(made);
            return not_understood(registry, path, "list of versions", err);
        }
    }
    *numbers = made;
    *count = size;
    return 0;
}

/* ---- the same for several threads */

int ls_registry_register(struct ls_registry *registry, const char *subject,
                         const struct ls_schema *schema, uint32_t *id, struct ls_error *err)
{
    const struct ls_registry_schema *got = NULL;
    pthread_mutex_lock(&registry->lock);
    int rc = add(registry, subject, schema, &got, err);
    pthread_mutex_unlock(&registry->lock);
    if (rc == 0) {
        *id = got->id;
    }
    return rc;
}

int ls_registry_by_id(struct ls_registry *registry, uint32_t id,
                      const struct ls_registry_schema **out, struct ls_error *err)
{
    pthread_mutex_lock(&registry->lock);
    int rc = by_id(registry, id, out, err);
    pthread_mutex_unlock(&registry->lock);
    return rc;
}

int ls_registry_version(struct ls_registry *registry, const char *subject, int64_t version,
                        int64_t *number, const struct ls_registry_schema **out,
                        struct ls_error *err)
{
    int64_t found = 0;
    *out = NULL;
    pthread_mutex_lock(&registry->lock);
    int rc = version_of(registry, subject, version, &found, out, err);
    pthread_mutex_unlock(&registry->lock);
    if (number) {
        *number = found;
    }
    return rc;
}

int ls_registry_find(struct ls_registry *registry, const char *subject,
                     const struct ls_schema *schema, int64_t *number,
                     const struct ls_registry_schema **out, struct ls_error *err)
{
    int64_t found = 0;
    *out = NULL;
    pthread_mutex_lock(&registry->lock);
    int rc = find(registry, subject, schema, &found, out, err);
    pthread_mutex_unlock(&registry->lock);
    if (number) {
        *number = found;
    }
    return rc;
}

int ls_registry_versions(struct ls_registry *registry, const char *subject, int64_t **numbers,
                         size_t *count, struct ls_error *err)
{
    struct ls_registry_answer answer = {0};
    struct ls_buf buf;
    const char *path;
    *numbers = NULL;
    *count = 0;
    pthread_mutex_lock(&registry->lock);
    int rc = subject_path(&buf, "/subjects/", subject, "/versions", &path, err);
    rc = rc ? rc : ask(registry, path, NULL, &answer, err);
    rc = rc ? rc : read_numbers(registry, path, answer.json, numbers, count, err);
    ls_registry_answer_clear(&answer);
    ls_buf_clear(&buf);
    pthread_mutex_unlock(&registry->lock);
    return rc;
}

int ls_registry_compatible(struct ls_registry *registry, const char *subject,
                           const struct ls_schema *schema, bool *out, struct ls_error *err)
{
    struct ls_registry_answer answer = {0};
    struct ls_buf buf;
    const char *path;
    pthread_mutex_lock(&registry->lock);
    int rc = subject_path(&buf, "/compatibility/subjects/", subject, "/versions/latest", &path,
                          err);
    rc = rc ? rc : ask_with(registry, path, schema, &answer, err);
    if (rc == 0) {
        const json_t *yes = json_object_get(answer.json, "is_compatible");
        *out = json_is_true(yes);
        rc = json_is_boolean(yes) ? 0 : not_understood(registry, path, "is_compatible", err);
    }
    ls_registry_answer_clear(&answer);
    ls_buf_clear(&buf);
    pthread_mutex_unlock(&registry->lock);
    return rc;
}
