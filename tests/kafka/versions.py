#!/usr/bin/env python3
"""A broker of an earlier version: what is written equals the file log, and a run from Kafka to Kafka the batch run. One that refuses long transactions and one
that knows none are named as what they are, with 74; with `all`, also one that cannot keep any.

usage: versions.py PROGRAM SPEC VERSION [all]"""
import pathlib
import socket
import socketserver
import struct
import sys
import tempfile
import threading

import cluster
import errors
import kills

EVENTS = 30_000
KNOWN = {0: 2, 1: 2, 2: 1, 3: 1, 8: 2, 9: 1, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0, 15: 0, 16: 0, 18: 0}  # requests of 0.10.0, and their last versions
METADATA, API_VERSIONS = 3, 18
UNSUPPORTED_VERSION, UNKNOWN_TOPIC = 35, 3


class Old(socketserver.BaseRequestHandler):
    """As much of a broker from before transactions as one meets on the way to them."""

    def take(self, size):
        return self.request.recv(size, socket.MSG_WAITALL)

    def handle(self):
        while len(size := self.take(4)) == 4:
            request = self.take(struct.unpack('>i', size)[0])
            key, version, number = struct.unpack_from('>hhi', request)
            if key == API_VERSIONS:
                body = self.versions(version)
            elif key == METADATA:
                body = self.metadata(request)
            else:
                return  # what it does not know it hangs up on
            self.request.sendall(struct.pack('>ii', len(body) + 4, number) + body)

    def versions(self, version):
        rows = b''.join(struct.pack('>hhh', key, 0, last) for key, last in KNOWN.items())
        return struct.pack('>hi', UNSUPPORTED_VERSION if version else 0, len(KNOWN)) + rows

    def metadata(self, request):
        """Itself, and that there are no such topics."""
        host, port = self.server.server_address
        at = 10 + struct.unpack_from('>h', request, 8)[0]
        count = max(0, struct.unpack_from('>i', request, at)[0])
        at += 4
        topics = b''
        for _ in range(count):
            size = struct.unpack_from('>h', request, at)[0]
            topics += struct.pack('>h', UNKNOWN_TOPIC) + request[at:at + 2 + size] + struct.pack('>bi', 0, 0)
            at += 2 + size
        return struct.pack('>iih', 1, 1, len(host)) + host.encode() + struct.pack('>ihii', port, -1, 1, count) + topics


def knows_none(t):
    with socketserver.ThreadingTCPServer(('127.0.0.1', 0), Old) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        t.fails('a broker that knows no transactions', t.generate(f'127.0.0.1:{server.server_address[1]}', 'old'), 'transactions take Kafka 0.11 or later')
        server.shutdown()


def refuses(t, version):
    with cluster.Cluster(1, '--version', version, '--set', 'transaction.state.log.replication.factor=3') as own:
        t.fails('a broker that cannot keep transactions', t.generate(own.address, 'alone'), 'COORDINATOR_NOT_AVAILABLE',
                'transaction.state.log.replication.factor')


def works(t, version):
    with cluster.Cluster(1, '--version', version, '--set', 'transaction.max.timeout.ms=20000') as own:
        log, folder, rows = f'log:{t.folder}/log', pathlib.Path(t.folder), f'kafka://{own.address}/rows'
        short = ['-X', 'transaction.timeout.ms=20000']
        t.fails('a broker that refuses long transactions', t.generate(own.address, 'input'), '-X transaction.timeout.ms=MS, at most')
        t.finishes(own.address, 'input', *short)
        cluster.run(t.program, 'log', 'check', f'kafka://{own.address}/input')
        cluster.run(t.program, 'run', 'stream', t.spec, '--from', f'kafka://{own.address}/input', '--reference', f'{t.folder}/log/reference', '--to', rows,
                    '--state', f'{t.folder}/state', '--final', *short)
        cluster.run(t.program, 'run', 'batch', t.spec, '--from', log, '--to', folder / 'batch')
        cluster.run(t.program, 'collect', t.spec, '--from', rows, '--to', folder / 'collected')
        if not kills.same_folders(folder / 'batch/datasets', folder / 'collected/datasets'):
            sys.exit(f'with Kafka {version} the datasets differ from those of the batch run')


def main():
    version = sys.argv[3]
    errors.EVENTS = EVENTS
    with tempfile.TemporaryDirectory(prefix='versions-') as folder:
        t = errors.Tries(sys.argv[1], sys.argv[2], folder)
        knows_none(t)
        works(t, version)
        if 'all' in sys.argv:
            refuses(t, version)
    print(f'Kafka {version}: everything the same; {t.count} causes named')


if __name__ == '__main__':
    main()
