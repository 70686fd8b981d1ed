/* A client of a schema registry that speaks Confluent's REST interface.
 *
 * Ids are the registry's own and differ from one to the next; what a schema is, its CRC-64-AVRO
 * says (core/avro/schema.h). A text that comes back may differ in white space, docs and the order
 * of properties: it is the same schema when the fingerprint is the same.
 *
 * Nothing is asked before the first call that needs an answer. What a registry can't change any
 * more is asked once: which schema an id means, and a subject's numbered versions. An answer of
 * 5xx or 429, a host that is not found, and a connection that is refused, breaks or takes too long
 * are tried again, with growing pauses, until the patience is over: then LS_E_IO. Answers of 4xx
 * are never tried again. No message holds a credential. Redirects are not followed: the message
 * names where they lead.
 *
 * All functions may be called by several threads at once; they ask one after the other. */
#ifndef LS_REGISTRY_REGISTRY_H
#define LS_REGISTRY_REGISTRY_H

#include "core/avro/schema.h"

#define LS_REGISTRY_PATIENCE_MS  INT64_C(30000) /* unless another is given */
#define LS_REGISTRY_REQUEST_MS   10000 /* a request at most; else a third of the patience */
#define LS_REGISTRY_ANSWER_MAX   ((size_t)16 << 20)  /* bytes of one answer */
#define LS_REGISTRY_KEPT_MAX     ((size_t)256 << 20) /* bytes of all schemas that are kept */
#define LS_REGISTRY_VERSIONS_MAX 10000               /* of a subject */
#define LS_REGISTRY_LATEST       INT64_C(-1)         /* the version of a subject */

/* What a registry may say besides yes. */
enum ls_registry_said {
    LS_REGISTRY_ABSENT = 1, /* there is no such id, subject, version, or schema of the subject */
    LS_REGISTRY_FOREIGN = 2 /* there is one that is no Avro schema by itself: `why` says so */
};

struct ls_registry_options {
    const char *url;     /* with any path in front of the interface's own:
                            "http://127.0.0.1:8080/apis/ccompat/v7" */
    const char *auth;    /* "USER:PASSWORD"; NULL: none */
    const char *ca_file; /* certificates in PEM; NULL: the system's */
    int64_t patience_ms; /* 0: nothing is tried again */
};

/* Lives as long as the registry's client. */
struct ls_registry_schema {
    uint32_t id;
    uint64_t crc64;   /* of the canonical form; 0 where it is foreign */
    const char *text; /* as it came, NUL-terminated */
    size_t text_size;
    const char *why; /* it is foreign; NULL: it is not */
};

struct ls_registry;

/* The options are copied. LS_E_USAGE for a URL or credentials that are none. */
int ls_registry_open(const struct ls_registry_options *options, struct ls_registry **out,
                     struct ls_error *err);
void ls_registry_close(struct ls_registry *registry); /* NULL is legal */

/* For messages: without credentials. */
const char *ls_registry_url(const struct ls_registry *registry);

/* The id of a schema under a subject, to whose versions it is added where it is none yet. The
 * registry is asked what it has under the id: LS_E_DATA when that has another fingerprint.
 * LS_E_DATA too for a schema that it refuses, LS_E_SCHEMA for one that is incompatible with an
 * earlier version; both name the subject. A fingerprint that was registered or found under a
 * subject is not asked for again. */
int ls_registry_register(struct ls_registry *registry, const char *subject,
                         const struct ls_schema *schema, uint32_t *id, struct ls_error *err);

/* The schema of an id: 0, or LS_REGISTRY_ABSENT with *out NULL, or LS_REGISTRY_FOREIGN. */
int ls_registry_by_id(struct ls_registry *registry, uint32_t id,
                      const struct ls_registry_schema **out, struct ls_error *err);

/* A version of a subject, from 1, or LS_REGISTRY_LATEST: likewise. *number is the version's; NULL
 * is legal. */
int ls_registry_version(struct ls_registry *registry, const char *subject, int64_t version,
                        int64_t *number, const struct ls_registry_schema **out,
                        struct ls_error *err);

/* The version of a subject that is this schema: 0 or LS_REGISTRY_ABSENT. What the registry compares
 * is its own affair (most take another doc for another schema); one that answers with another
 * fingerprint is LS_E_DATA. */
int ls_registry_find(struct ls_registry *registry, const char *subject,
                     const struct ls_schema *schema, int64_t *number,
                     const struct ls_registry_schema **out, struct ls_error *err);

/* The numbers of all versions of a subject, as the registry lists them: 0 or LS_REGISTRY_ABSENT.
 * *numbers is NULL but after 0: then free it with ls_mem_free. */
int ls_registry_versions(struct ls_registry *registry, const char *subject, int64_t **numbers,
                         size_t *count, struct ls_error *err);

/* May the schema become the next version, as the registry's rule for the subject has it? 0, or
 * LS_REGISTRY_ABSENT where it says that the subject has no versions (others then say yes). */
int ls_registry_compatible(struct ls_registry *registry, const char *subject,
                           const struct ls_schema *schema, bool *out, struct ls_error *err);

#endif
