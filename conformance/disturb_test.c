/* The cases of crashes, held against shell scripts that go on well, and against ones that do not.
 */
#include "conformance/disturb.h"

#include "conformance/verify_fixture_test.h"

#include <signal.h>

/* A pipeline of four steps, which it keeps count of in its state; what it leaves in the end is
 * what lies ready in the folder of its mode. In the functions, $at is the last step that was done,
 * $ready the folder, $to the outputs and $state the state. */
static const char script[] =
    "set -e; ready=ready/$1 to=$2 state=$3 option=$4; mkdir -p $to\n"
    "lock() { exec 9>$state/lock; flock -n 9 || exit 9; }\n"
    "restore() { at=0; [ ! -e $state/at ] || { sound; read at _ <$state/at; }; }\n"
    "sound() { :; }\nsave() { echo $at is so >$state/new; mv $state/new $state/at; }\n"
    "work() { sleep 0.004; }\n"
    "put() { cp -r $ready/. $to; }\n"
    "short() { rm $to/datasets/normalized/raw.shop.sale/1.avro; cp ready/short $to/datasets/"
    "normalized/raw.shop.sale/1.avro; }\n"
    ". ./other.sh\n"
    "[ $1 = stream ] || { put; exit 0; }\n"
    "mkdir -p $state; lock; restore\n"
    "while [ $at -lt 4 ]; do work; at=$((at + 1)); save; done\n"
    "put; finish\n";

static int setup_script(void **state)
{
    static const char restarts[] = "lockstep_target: 1\n"
                                   "name: steps\n"
                                   "stream: [sh, run.sh, stream, '{to}', '{state}', '{options}']\n"
                                   "batch: [sh, run.sh, batch, '{to}', none, '{options}']\n"
                                   "workers: ['{n}']\n"
                                   "restarts: true\n"
                                   "timeout: 20s\n";
    int rc = setup(state);
    struct ls_buf report;
    ls_target_free(target);
    put_text("target.yaml", restarts);
    ls_buf_init(&report, "report", 1U << 16);
    check(ls_target_load("target.yaml", &target, &report, &err));
    ls_buf_clear(&report);
    job.target = target;
    put_positions("ready", "short", 0, SALES / 2 - 1, position_schema);
    put_text("run.sh", script);
    check(ls_file_rename("ready/short/0.avro", "ready/one", &err));
    check(ls_tree_remove("ready/short", &err));
    check(ls_file_rename("ready/one", "ready/short", &err));
    return rc;
}

static const struct {
    const char *id;
    const char *what;
    const char *other; /* functions that are others */
    enum ls_verdict verdict;
    const char *told;
} scripts[] = {
    {"CRS-3", "it goes on", "", LS_VERDICT_PASS, ""},
    {"CRS-3", "it saves nothing before its end", "save() { :; }", LS_VERDICT_INCONCLUSIVE,
     "kills in recovery is 0"},
    {"CRS-3", "what it has is lost by a kill while it recovers",
     "sound() { [ ! -e $state/busy ] || lost=1; : >$state/busy; sleep 0.02; }\n"
     "save() { rm -f $state/busy; echo $at is so >$state/new; mv $state/new $state/at; }\n"
     "finish() { [ ! $lost ] || short; }",
     LS_VERDICT_FAIL, "row 600 is in batch and not in "},
    {"CRS-4", "what it cannot read it refuses",
     "sound() { grep -qx '[1-4] is so' $state/at || exit 3; }", LS_VERDICT_PASS, ""},
    {"CRS-4", "it dies of what it cannot read",
     "sound() { grep -qx '[1-4] is so' $state/at || kill -SEGV $$; }", LS_VERDICT_FAIL,
     "the run ended with signal 11"},
    {"CRS-4", "it takes what it finds",
     "sound() { grep -qx '[1-4] is so' $state/at || { bad=1; echo 4 >$state/at; }; }\nfinish() { [ "
     "! $bad ] || short; }",
     LS_VERDICT_FAIL, "row 600 is in batch and not in at of the state "},
    {"CRS-6", "it fails", "put() { cp -r $ready/. $to || exit 1; }", LS_VERDICT_PASS, ""},
    {"CRS-6", "it does not look", "put() { trap '' XFSZ; cp -r $ready/. $to 2>/dev/null || :; }",
     LS_VERDICT_FAIL, "differs"},
    {"CRS-7", "it fails",
     "put() { head -c 17m /dev/zero | tail -c 17m >/dev/null || exit 7; cp -r $ready/. $to; }",
     LS_VERDICT_PASS, ""},
    {"CRS-7", "it does not look",
     "put() { cp -r $ready/. $to; head -c 17m /dev/zero | tail -c 17m >/dev/null || short; }",
     LS_VERDICT_FAIL, "row 600 is in batch and not in limited"},
    {"CRS-8", "it goes on", "", LS_VERDICT_PASS, ""},
    {"CRS-8", "it forgets what others had",
     "restore() { at=0; [ ! -e $state/at ] || read at _ <$state/at; [ ! -e $state/of ] || [ "
     "$option "
     "= $(cat $state/of) ] || lost=1; echo $option >$state/of; }\nfinish() { [ ! $lost ] || short; "
     "}",
     LS_VERDICT_FAIL, "row 600 is in batch and not in "},
    {"CRS-9", "no option does anything", "", LS_VERDICT_INCONCLUSIVE, "other answers is 0"},
    {"CRS-9", "it refuses",
     "[ ! $option ] || finish() { short; }\n"
     "restore() { at=0; [ ! -e $state/of ] || [ \"$option\" = \"$(cat $state/of)\" ] || exit 5; [ "
     "! -e $state/at ] || read at _ <$state/at; echo \"$option\" >$state/of; }\n"
     "[ $1 = stream ] || [ ! $option ] || put() { cp -r $ready/. $to; short; }",
     LS_VERDICT_PASS, ""},
    {"CRS-9", "it goes on as before",
     "[ $1 = stream ] || [ ! $option ] || put() { cp -r $ready/. $to; short; }", LS_VERDICT_FAIL,
     "row 600 is in gone on as another one and not in its batch"},
    {"CRS-11", "it refuses", "", LS_VERDICT_PASS, ""},
    {"CRS-11", "it waits", "lock() { exec 9>$state/lock; flock 9; }", LS_VERDICT_PASS, ""},
    {"CRS-11", "it does not look", "lock() { :; }", LS_VERDICT_FAIL,
     "the second instance has worked with the state"},
    {"CRS-11", "it takes over, which the other one notices",
     "lock() { echo $$ >$state/owner; }\nfinish() { [ $(cat $state/owner) = $$ ] || exit 6; }",
     LS_VERDICT_PASS, ""},
    {"CRS-12", "it dies", "", LS_VERDICT_PASS, ""},
    {"CRS-12", "it stops", "trap 'save; exit 4' TERM INT", LS_VERDICT_PASS, ""},
    {"CRS-12", "it takes no notice", "trap '' TERM INT", LS_VERDICT_INCONCLUSIVE,
     "stops by a signal is 0"},
    {"CRS-12", "it says that it has ended", "trap 'put; short; exit 0' TERM INT", LS_VERDICT_FAIL,
     "row 600 is in batch and not in what came to its end"},
};

static void crashes_have_their_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scripts); i++) {
        char other[2000];
        snprintf(other, sizeof other, "finish() { :; }\n%s\n", scripts[i].other);
        put_text("other.sh", other);
        patterns[0] = scripts[i].id;
        verify();
        const char *detail = detail_of(0);
        if (result.verdict != scripts[i].verdict || !strstr(detail, scripts[i].told)) {
            fail_msg("%s, %s: %s: %s", scripts[i].id, scripts[i].what,
                     ls_verdict_name(result.verdict), detail);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(crashes_have_their_verdicts, setup_script, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
