#!/usr/bin/env python3
"""Kills the streaming run at random moments (`kill -9`) until it has been killed so often: in chains, each of which goes on from the state of the one
that was killed, with other workers, sizes of reads, orders and frequencies of checkpoints, until a run comes to its end. Every chain has to end in the
bytes of the batch run, and where a killed run left SHA256SUMS, there have to be the datasets that they tell of.

usage: kills.py PROGRAM SPEC FOLDER --events N --kills N [--seed N]"""
import argparse
import collections
import filecmp
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

ENOUGH = 200  # so many kills have to come in every phase (C3)


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode != 0:
        sys.exit(f'{" ".join(map(str, command))} ended with {done.returncode}: {done.stderr}')


def files_below(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob('*') if path.is_file())


def different(left, right):
    """The first file that two folders do not share, or None."""
    ours, theirs = files_below(left), files_below(right)
    if ours != theirs:
        return set(ours) ^ set(theirs)
    return next((path for path in ours if not filecmp.cmp(left / path, right / path, shallow=False)), None)


class Kills:
    def __init__(self, options):
        self.options = options
        self.draws = random.Random(options.seed)
        self.folder = pathlib.Path(options.folder)
        self.to = self.folder / 'stream'
        self.checkpoints = self.to / 'state'
        self.answer = self.folder / 'batch' / 'datasets'
        self.phases = collections.Counter()
        self.workers = collections.Counter()
        self.chains, self.longest, self.changes, self.resumed, self.flushed = 0, 0, 0, 0, 0

    def prepare(self):
        o = self.options
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        run([o.program, 'generate', o.spec, '--to', f'log:{self.folder}/log', '--events', str(o.events)])
        run([o.program, 'run', 'batch', o.spec, '--from', f'log:{self.folder}/log', '--to', self.folder / 'batch'])
        begin = time.monotonic()
        run(self.command(2))
        self.span = time.monotonic() - begin
        self.judge('an undisturbed run')
        shutil.rmtree(self.to)

    def command(self, workers):
        o, draws = self.options, self.draws
        return [o.program, 'run', 'stream', o.spec, '--from', f'log:{self.folder}/log', '--to', str(self.to), '--workers', str(workers),
                '--batch', str(draws.choice([100, 1024, 20000])), '--order', draws.choice(['round', 'reverse', f'random:{draws.randrange(1000)}']),
                '--checkpoint', draws.choice(['20ms', '100ms', '1s']), '--checkpoint-records', str(draws.choice([0, o.events // 40 + 1]))]

    def saved(self):
        return {path.name for path in self.checkpoints.glob('*.ckpt')}

    def judge(self, what):
        path = different(self.to / 'datasets', self.answer)
        if path:
            sys.exit(f'{what} left other bytes than the batch run: {path} in {self.to}/datasets and {self.answer}; seed {self.options.seed}')

    def start(self, workers):
        """One process: True when it was killed."""
        before, began = self.saved(), (self.to / 'datasets').exists()
        command = self.command(workers)
        with open(self.folder / 'stream.txt', 'a') as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        delay = self.draws.uniform(0, self.span * self.stretch * self.draws.choice([0.1, 0.5, 1.1]))
        try:
            status = process.wait(delay)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
        if status == -signal.SIGKILL:
            self.stretch = 1 if self.saved() != before else self.stretch * 1.2  # a machine that has become slower lets nothing be saved in that time
            self.phases['in recovery' if before and self.saved() == before else 'at work' if self.saved() else 'before the first checkpoint'] += 1
            if (self.to / 'datasets' / 'SHA256SUMS').exists():
                self.phases['as it ended'] += 1
                self.judge('a run that was killed as it ended')
            return True
        if status != 0:
            sys.exit(f'{" ".join(command)} ended with {status}: see {self.folder}/stream.txt')
        self.resumed += bool(before and began)
        return False

    def chain(self):
        shutil.rmtree(self.to, ignore_errors=True)
        length, last, killed, self.stretch = 0, None, True, 1
        while killed:
            workers = self.draws.choice([1, 2, 3, 4, 7])
            self.workers[workers] += 1
            self.changes += last is not None and last != workers
            last, killed = workers, self.start(workers)
            length += killed
        self.judge(f'chain {self.chains} of {length} kills')
        summary = json.loads((self.to / 'summary.json').read_text())['run']
        self.flushed += length > 0 and summary['records_per_second'] == 0
        self.chains += 1
        self.longest = max(self.longest, length)

    def killed(self):
        return sum(count for phase, count in self.phases.items() if phase != 'as it ended')

    def report(self):
        print(f'{self.killed():,} kills of runs over {self.options.events:,} events, {self.span:.2f} s undisturbed, in {self.chains:,} chains of at most '
              f'{self.longest}: each ended in the bytes of the batch run')
        for phase in ('before the first checkpoint', 'at work', 'in recovery', 'as it ended'):
            print(f'  {phase:30} {self.phases[phase]:8,}')
        print(f'  {"after all was read":30} {self.flushed:8,}')
        print('  starts by workers              ' + ', '.join(f'{n}: {count:,}' for n, count in sorted(self.workers.items())) +
              f'; {self.changes:,} with others than before; {self.resumed:,} ends of runs that had gone on')
        missing = [name for name, count in {**{p: self.phases[p] for p in ('before the first checkpoint', 'at work', 'in recovery')},
                                            'after all was read': self.flushed}.items() if count == 0]
        if missing and self.killed() >= ENOUGH:
            sys.exit(f'nothing was shown of kills {", ".join(missing)}')


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[-1].removeprefix('usage: '))
    parser.add_argument('program', type=os.path.abspath)
    parser.add_argument('spec')
    parser.add_argument('folder')
    parser.add_argument('--events', type=int, required=True)
    parser.add_argument('--kills', type=int, required=True)
    parser.add_argument('--seed', type=int, default=1)
    kills = Kills(parser.parse_args())
    kills.prepare()
    while kills.killed() < kills.options.kills:
        kills.chain()
    kills.report()
    shutil.rmtree(kills.folder)


if __name__ == '__main__':
    main()
