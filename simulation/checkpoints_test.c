#include "simulation/checkpoints.h"

#include "core/base/file.h"
#include "core/sim/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct lab {
    struct ls_sim sim;
    struct ls_disk *disk;
    struct ls_sim_checkpoints checkpoints;
    struct ls_error err;
};

/* No mishap but these three, and one of them always; 0 of the rest. */
static void begin(struct lab *lab, uint64_t seed, enum ls_mishap which)
{
    *lab = (struct lab){.disk = NULL};
    ls_sim_begin(&lab->sim, seed);
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        lab->sim.chances[i] = (struct ls_chance){i == (int)which, UINT64_MAX};
    }
    lab->sim.hard_max = 100;
    assert_int_equal(ls_disk_new(&lab->sim, &lab->disk, &lab->err), 0);
    ls_disk_mount(lab->disk);
    lab->checkpoints = (struct ls_sim_checkpoints){.sim = &lab->sim, .folder = "state"};
    lab->sim.on = true;
}

static void end(struct lab *lab)
{
    ls_disk_mount(NULL);
    ls_disk_free(lab->disk);
}

/* A file that holds its own number. */
static const char *path_of(unsigned number)
{
    static char path[64];
    snprintf(path, sizeof path, "state/%012u.ckpt", number);
    return path;
}

static void save(struct lab *lab, unsigned number, bool taken)
{
    char text[64];
    snprintf(text, sizeof text, "checkpoint %06u", number);
    assert_int_equal(ls_folder_make("state", &lab->err), 0);
    assert_int_equal(ls_file_replace(path_of(number), text, strlen(text), &lab->err), 0);
    if (taken) {
        assert_int_equal(ls_sim_checkpoint_taken(&lab->checkpoints, &lab->err), 0);
    }
}

/* What a file holds, "-" where there is none. */
static const char *content(unsigned number)
{
    static char text[64];
    struct ls_error err;
    struct ls_buf buf;
    ls_buf_init(&buf, "checkpoint", sizeof text - 1);
    int rc = ls_file_read(path_of(number), &buf, &err);
    snprintf(text, sizeof text, "%.*s", rc < 0 ? 1 : (int)buf.size,
             rc < 0 ? "-" : (const char *)buf.data);
    ls_buf_clear(&buf);
    return text;
}

static void damage(struct lab *lab)
{
    assert_int_equal(ls_sim_checkpoints_damage(&lab->checkpoints, &lab->err), 0);
    assert_true(lab->sim.on);
}

static void what_was_taken_has_to_last(void **state)
{
    struct lab lab;
    (void)state;
    begin(&lab, 1, LS_MISHAP_COUNT);
    assert_int_equal(ls_sim_checkpoints_last(&lab.checkpoints, &lab.err), 1); /* nothing was */
    save(&lab, 3, true);
    save(&lab, 4, false);
    assert_int_equal(lab.checkpoints.last, 3);
    assert_int_equal(ls_sim_checkpoints_last(&lab.checkpoints, &lab.err), 1);
    assert_int_equal(ls_file_remove(path_of(4), &lab.err), 0);
    assert_int_equal(ls_sim_checkpoints_last(&lab.checkpoints, &lab.err), 1);
    assert_int_equal(ls_file_remove(path_of(3), &lab.err), 0);
    assert_int_equal(ls_sim_checkpoints_last(&lab.checkpoints, &lab.err), 0);
    end(&lab);
}

static void each_way_of_damage(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct lab lab;
        begin(&lab, seed, LS_MISHAP_CHECKPOINT_FLIPPED);
        save(&lab, 1, true);
        save(&lab, 2, true);
        damage(&lab);
        const char *flipped = content(2);
        unsigned others = 0;
        for (size_t i = 0; i < 17; i++) {
            others += flipped[i] != "checkpoint 000002"[i];
        }
        assert_true(others == 1 || strlen(flipped) < 17); /* a NUL ends what is shown */
        assert_string_equal(content(1), "checkpoint 000001");
        end(&lab);
        begin(&lab, seed, LS_MISHAP_CHECKPOINT_CUT);
        save(&lab, 1, true);
        save(&lab, 2, true);
        damage(&lab);
        assert_true(strlen(content(2)) < 17);
        assert_memory_equal(content(2), "checkpoint 000002", strlen(content(2)));
        end(&lab);
        begin(&lab, seed, LS_MISHAP_CHECKPOINT_STALE);
        save(&lab, 1, true);
        save(&lab, 2, true);
        damage(&lab);
        assert_string_equal(content(2), "checkpoint 000001");
        assert_int_equal(lab.checkpoints.damaged, 2);
        assert_true(lab.checkpoints.unseen);
        end(&lab);
    }
}

/* Never the last one that is sound. */
static void one_stays_sound(void **state)
{
    struct lab lab;
    (void)state;
    begin(&lab, 1, LS_MISHAP_CHECKPOINT_STALE);
    damage(&lab); /* there is none */
    save(&lab, 1, true);
    damage(&lab); /* it is the only one */
    assert_int_equal(lab.checkpoints.damaged, 0);
    save(&lab, 2, false);
    damage(&lab);
    assert_int_equal(lab.checkpoints.damaged, 2); /* 1 was taken */
    damage(&lab);
    assert_int_equal(lab.sim.fired[LS_MISHAP_CHECKPOINT_STALE], 1); /* once is enough */
    save(&lab, 3, true);
    damage(&lab); /* 1 is still the one before */
    assert_int_equal(lab.checkpoints.damaged, 3);
    save(&lab, 4, true);
    damage(&lab);
    assert_int_equal(lab.checkpoints.damaged, 4);
    assert_string_equal(content(4), "checkpoint 000001");
    save(&lab, 5, true);
    save(&lab, 6, true);
    damage(&lab);
    assert_string_equal(content(6), "checkpoint 000005");
    end(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_taken_has_to_last),
        cmocka_unit_test(each_way_of_damage),
        cmocka_unit_test(one_stays_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
