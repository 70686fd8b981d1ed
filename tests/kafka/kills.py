#!/usr/bin/env python3
"""Kills a run at random moments until it has been killed so often, and lets it come to its end each time in between; or kills the broker under it.

usage: kills.py PROGRAM SPEC produce|stream --events N (--kills N --brokers ADDRESS | --broker-kills N [--brokers 3]) [--seed N]

produce  `generate --to kafka://` with --resume: the topics hold what the file log does (log compare)
stream   `run stream` from Kafka to Kafka: `collect` gives the bytes of the batch run over the file log

--kills N         kill -9 of the program, N times, in chains of which each goes on with what the one before left
--broker-kills N  kill -9 of a broker, N times in one run, and its restart; of three brokers with replication 3 each in turn"""
import argparse
import filecmp
import pathlib
import random
import shutil
import sys
import tempfile
import time

import cluster


def same_folders(a, b):
    files = [sorted(path.relative_to(folder) for path in folder.rglob('*') if path.is_file()) for folder in (a, b)]
    return files[0] == files[1] and all(filecmp.cmp(a / path, b / path, shallow=False) for path in files[0])


class Job:
    """A command that is killed and given again."""

    def __init__(self, options, folder, address):
        self.o, self.folder, self.address = options, folder, address
        self.draws = random.Random(options.seed)
        self.number = 0
        self.name = f'kills-{options.job}-{options.seed}-{folder.name}'
        self.base = [options.program, 'generate', options.spec, '--events', options.events]
        cluster.run(*self.base, '--to', f'log:{folder}/log')

    def begin_chain(self):
        self.number += 1

    def clean(self):
        """A broker has only so many files open."""
        cluster.run(self.o.program, 'log', 'remove', self.topics())

    def topics(self):
        return f'kafka://{self.address}/{self.name}-{self.number}'


class Produce(Job):
    def command(self):
        return [*self.base, '--to', self.topics(), '--resume']

    def judge(self):
        cluster.run(self.o.program, 'log', 'compare', f'log:{self.folder}/log', self.topics())
        cluster.run(self.o.program, 'log', 'check', self.topics())


class Stream(Job):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.source = f'kafka://{self.address}/{self.name}-input'
        cluster.run(*self.base, '--to', self.source)
        cluster.run(self.o.program, 'run', 'batch', self.o.spec, '--from', f'log:{self.folder}/log', '--to',
                    self.folder / 'batch')

    def begin_chain(self):
        super().begin_chain()
        shutil.rmtree(self.folder / 'state', ignore_errors=True)

    def command(self):
        draws = self.draws
        return [self.o.program, 'run', 'stream', self.o.spec, '--from', self.source, '--reference', self.folder / 'log/reference',
                '--to', self.topics(), '--state', self.folder / 'state', '--final', '--workers', draws.choice([1, 2, 3]),
                '--batch', draws.choice([100, 1024, 20000]), '--checkpoint', draws.choice(['50ms', '300ms', '1s'])]

    def judge(self):
        shutil.rmtree(self.folder / 'collected', ignore_errors=True)
        cluster.run(self.o.program, 'collect', self.o.spec, '--from', self.topics(), '--to', self.folder / 'collected')
        if not same_folders(self.folder / 'batch/datasets', self.folder / 'collected/datasets'):
            sys.exit(f'{self.topics()} holds other rows than the batch run: see {self.folder}')


def kill_program(job, kills):
    began = time.monotonic()
    job.begin_chain()
    cluster.run(*job.command())
    job.judge()
    job.clean()
    span = time.monotonic() - began
    killed = chains = longest = 0
    with open(job.folder / 'output.txt', 'a') as output:
        while killed < kills:
            job.begin_chain()
            length, status = 0, None
            while status is None:
                process = cluster.start(*job.command(), output=output)
                try:
                    status = process.wait(job.draws.uniform(0, span * job.draws.choice([0.3, 1, 2])) if killed < kills else None)
                except cluster.subprocess.TimeoutExpired:
                    cluster.kill(process)
                    killed, length = killed + 1, length + 1
            if status != 0:
                sys.exit(f'{" ".join(map(str, job.command()))} ended with {status}: {(job.folder / "output.txt").read_text()[-2000:]}')
            job.judge()
            job.clean()
            chains, longest = chains + 1, max(longest, length)
    print(f'{killed} kills of `{job.o.job}` over {job.o.events:,} events in {chains} chains of at most {longest}: each ended as an undisturbed run')


def kill_broker(job, own, brokers, kills):
    """While the run goes on: what is killed comes up again a moment later."""
    job.begin_chain()
    with open(job.folder / 'output.txt', 'a') as output:
        process = cluster.start(*job.command(), '-X', 'patience=60s', output=output)
        for number in range(kills):
            time.sleep(job.draws.uniform(0.5, 2))
            if process.poll() is not None:
                sys.exit(f'the run ended after {number} kills of a broker: give more events')
            own.do('kill', str(number % brokers + 1))
            time.sleep(job.draws.uniform(0, 1))
            own.do('restart', str(number % brokers + 1))
        if process.wait() != 0:
            sys.exit(f'the run ended with {process.returncode}: {(job.folder / "output.txt").read_text()[-2000:]}')
    job.judge()
    print(f'{kills} kills of {"the broker" if brokers == 1 else f"one of {brokers} brokers"} in one `{job.o.job}` over {job.o.events:,} events: '
          f'it ended as an undisturbed run')


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('program', type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument('spec', type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument('job', choices=['produce', 'stream'])
    parser.add_argument('--events', type=int, required=True)
    parser.add_argument('--kills', type=int, default=0)
    parser.add_argument('--broker-kills', type=int, default=0)
    parser.add_argument('--brokers', default='1')
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix='kills-'))
    kind = {'produce': Produce, 'stream': Stream}[options.job]
    if options.broker_kills:
        with cluster.Cluster(int(options.brokers)) as own:
            kill_broker(kind(options, folder, own.address), own, int(options.brokers), options.broker_kills)
    else:
        kill_program(kind(options, folder, cluster.address(options.brokers)), options.kills)
    shutil.rmtree(folder)


if __name__ == '__main__':
    main()
