#!/usr/bin/env python3
"""A network that breaks every connection behind half a megabyte: writing goes on by itself with smaller batches, reading with what the message advises; where
it breaks behind a few kilobytes, the message says what to set.

usage: breaks.py PROGRAM SPEC PROXY"""
import pathlib
import signal
import subprocess
import sys
import tempfile

import cluster
import errors
import kills
import proxied

EVENTS = 60_000
WRITE = ['-X', 'patience=10s']
READ = ['-X', 'fetch.message.max.bytes=20000']


class Proxy:
    def __init__(self, program, port, to, every):
        self.process = subprocess.Popen([program, '--listen', str(port), '--to', to, '--seed', '1', '--reset-every', every],
                                        stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith('ready'):
            sys.exit('the proxy did not start')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        counts = self.process.communicate()[0]
        if 'resets_by_byte=0' in counts:
            sys.exit(f'nothing was tried: {counts}')


def goes_on(program, spec, folder, address):
    base = [program, 'generate', spec, '--events', EVENTS]
    cluster.run(*base, '--to', f'log:{folder}/log')
    cluster.run(program, 'run', 'batch', spec, '--from', f'log:{folder}/log', '--to', folder / 'batch')
    cluster.run(*base, '--to', f'kafka://{address}/input', *WRITE)
    cluster.run(program, 'log', 'compare', f'log:{folder}/log', f'kafka://{address}/input', *READ)
    cluster.run(program, 'run', 'stream', spec, '--from', f'kafka://{address}/input', '--reference', folder / 'log/reference',
                '--to', f'kafka://{address}/rows', '--state', folder / 'state', '--final', *READ)
    cluster.run(program, 'collect', spec, '--from', f'kafka://{address}/rows', '--to', folder / 'collected', *READ)
    if not kills.same_folders(folder / 'batch/datasets', folder / 'collected/datasets'):
        sys.exit('the datasets of the run through the network that breaks differ from those of the batch run')


def main():
    program, spec, proxy = sys.argv[1:]
    port = proxied.free_port()
    with tempfile.TemporaryDirectory(prefix='breaks-') as folder, cluster.Cluster(1, '--advertise', str(port)) as own:
        address = f'127.0.0.1:{port}'
        with Proxy(proxy, port, own.address, '500kB'):
            goes_on(program, spec, pathlib.Path(folder), address)
        with Proxy(proxy, port, own.address, '10kB'):
            t = errors.Tries(program, spec, f'{folder}/other')
            t.fails('a network that breaks', t.generate(address, 'breaks'), 'breaks while it is used: -X batch.size=20000')
            print('it went on by itself and by advice')


if __name__ == '__main__':
    main()
