/* `lockstep-mutants MUTANT each FAULT A..B[/STEP] TO ANSWER VERB ...`: the command, which writes to
 * the folder TO, is run in a process of its own for each n of a range, and the n-th call or
 * allocation that the fault is about fails. It has to end with the status and the words of that
 * fault, or with status 0 and the datasets in ANSWER; to leave no sums or manifest of others; and,
 * run again without a fault, to come to those datasets. The range ends where the command has no
 * n-th call. */
#ifndef LS_CRASH_EACH_H
#define LS_CRASH_EACH_H

/* 0; 1 when one of them does not hold; 2 when no fault struck; 64. */
int each_main(int argc, char **argv);

#endif
