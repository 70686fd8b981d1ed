/* lockstep-mutants: the same program with one of its defects switched on. */
#include "cli/cli.h"
#include "conformance/mutants.h"
#include "core/base/file.h"
#include "tests/crash/each.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum ls_mutant ls_mutant_on;

static int list(void)
{
    for (int i = LS_MUTANT_NONE + 1; i < LS_MUTANT_COUNT; i++) {
        printf("%-20s %-7s %s\n", ls_mutant_rows[i].name, ls_mutant_rows[i].where,
               ls_mutant_rows[i].title);
    }
    return fflush(stdout) == 0 ? 0 : -LS_E_IO;
}

int main(int argc, char **argv)
{
    static char self[LS_PATH_MAX + 64];
    char path[LS_PATH_MAX];
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list();
    }
    ls_mutant_on = argc > 1 ? ls_mutant_find(argv[1]) : LS_MUTANT_COUNT;
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (ls_mutant_on == LS_MUTANT_COUNT || size <= 0) {
        fprintf(stderr,
                "usage: lockstep-mutants --list\n       lockstep-mutants MUTANT VERB ...   "
                "(as lockstep, with this defect)\n       lockstep-mutants MUTANT each FAULT "
                "A..B[/STEP] TO ANSWER VERB ...   (tests/crash/each.h)\n");
        return -LS_E_USAGE;
    }
    if (argc > 2 && strcmp(argv[2], "each") == 0) {
        return each_main(argc - 2, argv + 2);
    }
    path[size] = '\0';
    snprintf(self, sizeof self, "%s %s", path, argv[1]);
    argv[1] = argv[0];
    return cli_main(argc - 1, argv + 1, self);
}
