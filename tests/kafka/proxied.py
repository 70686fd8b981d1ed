#!/usr/bin/env python3
"""A network that is slow, cuts, stalls and resets connections between the program and its broker: what is produced equals the file log, and a run from Kafka
to Kafka the batch run.

usage: proxied.py PROGRAM SPEC PROXY --events N"""
import argparse
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import cluster
import kills

WAYS = {
    'slow': ['--latency', '3ms', '--jitter', '5ms', '--slice', '1..2000'],
    'resets': ['--reset-every', '2MB', '--reset-after', '2s'],
    'stalls': ['--stall-every', '1s', '--stall-for', '500ms', '--reset-every', '20MB'],
}


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def through(options, way):
    port = free_port()
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f'proxied-{way}-'))
    with cluster.Cluster(1, '--advertise', str(port)) as own:
        proxy = subprocess.Popen([options.proxy, '--listen', str(port), '--to', own.address, '--seed', str(options.seed), *WAYS[way]],
                                 stdout=subprocess.PIPE, text=True)
        if not proxy.stdout.readline().startswith('ready'):
            sys.exit('the proxy did not start')
        try:
            options.job = f'proxied-{way}'
            job = kills.Stream(options, folder, f'127.0.0.1:{port}')
            cluster.run(options.program, 'log', 'compare', f'log:{folder}/log', job.source)
            job.begin_chain()
            cluster.run(*job.command())
            job.judge()
        finally:
            proxy.send_signal(signal.SIGTERM)
            counts = proxy.communicate()[0].strip()
    wanted = {'slow': 'slices', 'resets': 'resets_by_time', 'stalls': 'stalls'}[way]
    if not re.search(rf'{wanted}=[1-9]', counts):
        sys.exit(f'{way}: nothing was tried: {counts}')
    print(f'{way}: the same; {counts}')
    shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ('program', 'spec', 'proxy'):
        parser.add_argument(name, type=lambda word: pathlib.Path(word).resolve())
    parser.add_argument('--events', type=int, required=True)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    for way in WAYS:
        through(options, way)


if __name__ == '__main__':
    main()
