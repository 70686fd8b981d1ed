#include "cli/log_options.h"

#include "core/log/kafka_client.h"
#include "core/registry/properties.h"

#include <string.h>

int log_options_set(const struct cli *cli, struct ls_error *err)
{
    const struct ls_table *table = cli->command->options;
    int rc = 0;
    for (const struct ls_option *row = table ? table->rows : NULL; row && row->name; row++) {
        if (strcmp(row->name, "X") == 0) {
            const struct ls_names *given = (const void *)((char *)cli->options + row->offset);
            for (size_t i = 0; rc == 0 && i < given->count; i++) {
                const char *item = given->items[i];
                rc = ls_registry_is_property(item) ? ls_registry_set(item, err)
                                                   : ls_kafka_set(item, err);
            }
        }
    }
    return rc;
}

int log_options_print(struct ls_error *err)
{
    struct ls_buf out;
    ls_buf_init(&out, "properties", 1U << 20);
    int rc = ls_registry_list(&out, err);
    rc = rc < 0 ? rc : ls_kafka_list(&out, err);
    cli_print_buf(&out);
    return rc;
}
