#!/usr/bin/env python3
"""A broker whose disk is full: what writes ends with 74 within its patience and names the disk, though the broker goes down over it and then answers nobody;
with room again, the same command finishes the job. The disk is a file system in memory of a mount namespace: where none is to be had, it is skipped.

usage: full.py PROGRAM SPEC"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import cluster
import errors
import kills

SIZE = 256 << 20
WORDS = ('Disk error', "a broker's disk is full or broken: see the broker's own log")


class Disk:
    def __init__(self, folder):
        self.folder = folder
        self.ballast = folder / 'ballast'
        folder.mkdir()
        cluster.run('mount', '-t', 'tmpfs', '-o', f'size={SIZE}', 'lockstep', folder)

    def fill(self, room):
        with self.ballast.open('wb') as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.folder).free - room)

    def empty(self, own):
        """And the broker, which has ended, comes up again."""
        self.ballast.unlink()
        own.do('restart', '1')


def produce(t, own, disk):
    disk.fill(8 << 20)
    t.fails('generate on a full disk', t.generate(own.address, 'full'), *WORDS, 'then go on with --resume')
    disk.empty(own)
    t.finishes(own.address, 'full')


def stream(t, own, disk):
    rows, batch, collected = f'kafka://{own.address}/rows', f'{t.folder}/batch', f'{t.folder}/collected'
    command = [t.program, 'run', 'stream', t.spec, '--from', f'kafka://{own.address}/full', '--reference', f'{t.folder}/log/reference', '--to', rows,
               '--state', f'{t.folder}/state', '--final', '-X', f'patience={errors.PATIENCE}s']
    disk.fill(4 << 20)
    t.fails('run stream on a full disk', command, *WORDS)
    disk.empty(own)
    cluster.run(*command)
    cluster.run(t.program, 'run', 'batch', t.spec, '--from', f'log:{t.folder}/log', '--to', batch)
    cluster.run(t.program, 'collect', t.spec, '--from', rows, '--to', collected)
    if not kills.same_folders(pathlib.Path(batch, 'datasets'), pathlib.Path(collected, 'datasets')):
        sys.exit('the datasets of the run on a disk that was full differ from those of the batch run')


def main():
    with tempfile.TemporaryDirectory(prefix='full-') as folder:
        disk = Disk(pathlib.Path(folder, 'disk'))
        try:
            with cluster.Cluster(1, '--set', f'log.dirs={disk.folder}/data') as own:
                t = errors.Tries(sys.argv[1], sys.argv[2], folder)
                produce(t, own, disk)
                stream(t, own, disk)
        finally:
            cluster.run('umount', '--lazy', disk.folder)  # the broker may not have ended yet
    print(f'{t.count} causes named; each job was finished')


def in_namespace():
    """This script again, where mounts are its own."""
    done = subprocess.run(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'lockstep', '/mnt'], capture_output=True, text=True)
    if done.returncode != 0:
        print(f'skipped: no file system can be mounted here: {done.stderr.strip()}')
        sys.exit(cluster.SKIPPED)
    os.execvp('unshare', ['unshare', '--mount', sys.executable, *sys.argv, 'in-namespace'])


if __name__ == '__main__':
    if sys.argv[-1] == 'in-namespace':
        main()
    else:
        in_namespace()
