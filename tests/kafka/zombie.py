#!/usr/bin/env python3
"""A run from Kafka to Kafka that is stopped (SIGSTOP) while another one, with a copy of its state, takes its place and comes to the end; then it wakes up.
It has to find itself fenced and to say so, and the topics hold each row once: what `collect` makes of them are the batch run's bytes. And
a state that comes back to a log that there is not keeps what it knows.

usage: zombie.py PROGRAM SPEC ADDRESS --events N"""
import argparse
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import cluster
import kills


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('program', type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument('spec', type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument('address')
    parser.add_argument('--events', type=int, required=True)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    options.job = 'zombie'
    folder = pathlib.Path(tempfile.mkdtemp(prefix='zombie-'))
    job = kills.Stream(options, folder, cluster.address(options.address))
    job.begin_chain()
    with open(folder / 'output.txt', 'w') as output:
        process = cluster.start(*job.command(), '--checkpoint', '20ms', '--batch', '100', output=output)
        while process.poll() is None and not list((folder / 'state').glob('*.ckpt')):
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        if process.poll() is not None:
            sys.exit(f'the run ended before it could be stopped: give more events\n{(folder / "output.txt").read_text()}')
        shutil.copytree(folder / 'state', folder / 'copy')
        heir = job.command()
        heir[heir.index(folder / 'state')] = folder / 'copy'
        cluster.run(*heir)
        job.judge()
        process.send_signal(signal.SIGCONT)
        status = process.wait(120)
    said = (folder / 'output.txt').read_text()
    if status == 0 or 'another process writes the log' not in said:
        sys.exit(f'the zombie ended with {status}:\n{said}')
    job.judge()
    elsewhere = [f'{word}-mistyped' if word == job.topics() else word for word in heir]
    lost = cluster.subprocess.run([str(word) for word in elsewhere], capture_output=True, text=True)
    if lost.returncode != 65 or 'there is no log at' not in lost.stderr or not list((folder / 'copy').glob('*.ckpt')):
        sys.exit(f'a state goes on with another log than it was begun with: {lost}')
    print(f'fenced, with {status}: {said.strip().splitlines()[-1]}')
    shutil.rmtree(folder)


if __name__ == '__main__':
    main()
