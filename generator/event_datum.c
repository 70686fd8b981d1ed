#include "generator/event_datum.h"

#include "core/avro/frame.h"

const char *ls_event_datum(const struct ls_plan_type *type, const struct ls_event *event,
                           struct ls_span *datum)
{
    const struct ls_schema *schema = ls_event_version(type, event)->schema;
    struct ls_frame frame = ls_frame_read(event->value, event->value_size);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT) {
        return "it begins with no single-object frame";
    }
    if (frame.crc64 != schema->crc64) {
        return "its frame names another schema";
    }
    *datum = (struct ls_span){event->value + frame.size, event->value + event->value_size};
    struct ls_span rest = *datum;
    enum ls_decode_status status = ls_datum_skip(schema->root, &rest);
    if (status == LS_DECODE_OK && rest.at != rest.end) {
        status = LS_DECODE_TRAILING;
    }
    return status == LS_DECODE_OK ? NULL : ls_decode_status_text(status);
}
