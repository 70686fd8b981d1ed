#!/usr/bin/env python3
"""A cluster that is not as it should be: each command ends with 74 within its patience, with a message that names the cause, and once the cause is mended the
same command (with --resume) finishes the job.

usage: errors.py PROGRAM SPEC"""
import pathlib
import subprocess
import sys
import tempfile
import time

import cluster

EVENTS = 150_000
PATIENCE = 4        # seconds
SLACK = 8           # of a machine that is busy: starts, ends, one more question


class Tries:
    def __init__(self, program, spec, folder):
        self.program, self.spec, self.folder = program, spec, folder
        self.count = 0
        cluster.run(program, 'generate', spec, '--events', EVENTS, '--to', f'log:{folder}/log')

    def generate(self, address, name, *words):
        return [self.program, 'generate', self.spec, '--events', EVENTS, '--to', f'kafka://{address}/{name}', '--resume',
                '-X', f'patience={PATIENCE}s', *words]

    def fails(self, what, command, *parts, running=None, before=0):
        """The command, or a process of it that runs already, ends with 74 and says all of this; `before` that it may work for so many seconds."""
        begin = time.monotonic()
        process = running or subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = process.communicate(timeout=120)[1].strip()
        took = time.monotonic() - begin
        missing = [part for part in parts if part not in said]
        if process.returncode != 74 or missing or took > before + PATIENCE + SLACK:
            sys.exit(f'{what}: ended with {process.returncode} after {took:.1f} s; not said: {missing}; said:\n{said}')
        print(f'{what}: 74 after {took:.1f} s: {said.splitlines()[-1]}')
        self.count += 1

    def finishes(self, address, name, *words):
        cluster.run(*self.generate(address, name, *words))
        cluster.run(self.program, 'log', 'compare', f'log:{self.folder}/log', f'kafka://{address}/{name}', *words)


def plain(t):
    with cluster.Cluster() as own:
        stream = [t.program, 'run', 'stream', t.spec, '--from', f'kafka://{own.address}/nothing', '--to', f'{t.folder}/out',
                  '--reference', f'{t.folder}/log/reference']
        t.fails('no topic', stream, 'there is no log at kafka://', 'nothing.lockstep')
        own.do('pause', '1')
        t.fails('a broker that does not answer', t.generate(own.address, 'slow'), 'kafka://', 'is it up, and the address right?')
        own.do('resume', '1')
        t.finishes(own.address, 'slow')
        process = subprocess.Popen([str(word) for word in [*t.generate(own.address, 'killed'), '--pace', '20000/s']],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(3)
        own.do('kill', '1')
        t.fails('a broker that goes down', None, 'Connection refused', 'then go on with --resume', running=process)
        t.fails('a broker that is down', t.generate(own.address, 'killed'), 'Connection refused', 'is it up, and the address right?')
        own.do('restart', '1')
        t.finishes(own.address, 'killed')


def password(t):
    with cluster.Cluster(1, '--sasl', 'shop:right') as own:
        who = ['-X', 'security.protocol=SASL_PLAINTEXT', '-X', 'sasl.mechanism=PLAIN', '-X', 'sasl.username=shop', '-X']
        t.fails('a wrong password', t.generate(own.address, 'sasl', *who, 'sasl.password=wrong'), 'check -X sasl.username, sasl.password')
        t.finishes(own.address, 'sasl', *who, 'sasl.password=right')


def groups(t):
    """Where nobody can keep what groups have read, librdkafka's call that commits it with the rows never comes back."""
    with cluster.Cluster(1, '--set', 'offsets.topic.replication.factor=3') as own:
        source, rows = f'kafka://{own.address}/source', f'kafka://{own.address}/rows'
        stream = [t.program, 'run', 'stream', t.spec, '--from', source, '--to', rows, '--state', f'{t.folder}/state', '--final',
                  '--reference', f'{t.folder}/log/reference', '-X', f'patience={PATIENCE}s']
        t.finishes(own.address, 'source')
        t.fails('no coordinator of groups', stream, 'rows.lockstep', 'offsets.topic.replication.factor', before=30)
        own.do('kill', '1')
        properties = pathlib.Path(own.folder, 'cluster/1/server.properties')
        properties.write_text(properties.read_text() + 'offsets.topic.replication.factor=1\n')
        own.do('restart', '1')
        cluster.run(*stream)
        cluster.run(t.program, 'collect', t.spec, '--from', rows, '--to', f'{t.folder}/collected')
        cluster.run(t.program, 'run', 'batch', t.spec, '--from', source, '--reference', f'{t.folder}/log/reference', '--to', f'{t.folder}/batch')
        cluster.run('diff', '-r', f'{t.folder}/collected/datasets', f'{t.folder}/batch/datasets')


def main():
    with tempfile.TemporaryDirectory(prefix='errors-') as folder:
        t = Tries(sys.argv[1], sys.argv[2], folder)
        plain(t)
        password(t)
        groups(t)
        print(f'{t.count} causes named; each job was finished')


if __name__ == '__main__':
    main()
