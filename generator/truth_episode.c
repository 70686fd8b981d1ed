#include "generator/truth_episode.h"

#include "core/avro/container.h"
#include "core/avro/encode.h"

#include <string.h>

const char ls_truth_episode_schema[] =
    "{\"type\":\"record\",\"name\":\"episode\",\"namespace\":\"lockstep\",\"fields\":["
    "{\"name\":\"episode\",\"type\":\"string\"},{\"name\":\"entity\",\"type\":\"string\"},"
    "{\"name\":\"entity_id\",\"type\":\"string\"},{\"name\":\"begin\",\"type\":{\"type\":\"long\","
    "\"logicalType\":\"timestamp-millis\"}},{\"name\":\"end\",\"type\":{\"type\":\"long\","
    "\"logicalType\":\"timestamp-millis\"}}]}";

#define ROW_MAX 1024

static int write_row(struct ls_container_writer *writer, const struct ls_episode *episode,
                     const struct ls_plan_entity *entity, uint64_t n,
                     const struct ls_episode_span *span, struct ls_error *err)
{
    uint8_t *room;
    size_t id_size;
    int rc = ls_container_reserve(writer, ROW_MAX, &room, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_bytes(room, episode->name, strlen(episode->name));
    at = ls_put_bytes(at, entity->spec->key, strlen(entity->spec->key));
    at = ls_id_put(&entity->id, n, at, &id_size);
    at = ls_put_long(at, span->begin_ms);
    at = ls_put_long(at, span->end_ms);
    return ls_container_commit(writer, (size_t)(at - room), err);
}

static int write_entity(struct ls_container_writer *writer, const struct ls_episode *episode,
                        uint64_t n, int64_t first_ms, int64_t last_ms, struct ls_error *err)
{
    int rc = 0;
    int64_t last = ls_episode_number(episode, n, last_ms);
    for (int64_t k = ls_episode_number(episode, n, first_ms); rc == 0 && k <= last; k++) {
        struct ls_episode_span span;
        if (ls_episode_in(episode, n, k, &span) && span.end_ms > first_ms &&
            span.begin_ms <= last_ms) {
            rc = write_row(writer, episode, episode->entity, n, &span, err);
        }
    }
    return rc;
}

int ls_truth_episodes_write(const struct ls_plan *plan, int64_t first_ms, int64_t last_ms,
                            const char *folder, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_container_writer *writer = NULL;
    int rc = ls_path_join(path, folder, "episodes.avro", err);
    rc = rc < 0 ? rc
                : ls_container_create(path, "truth/episodes", ls_truth_episode_schema,
                                      LS_TRUTH_EPISODES_PER_BLOCK, &writer, err);
    for (size_t k = 0; rc == 0 && first_ms <= last_ms && k < plan->episode_count; k++) {
        const struct ls_plan_entity *entity = plan->episodes[k].entity;
        for (uint64_t n = 0; rc == 0 && n < entity->count; n++) {
            rc = write_entity(writer, &plan->episodes[k], n, first_ms, last_ms, err);
        }
    }
    rc = rc < 0 ? rc : ls_container_finish(writer, true, err);
    ls_container_writer_free(writer);
    return rc;
}
