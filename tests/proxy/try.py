#!/usr/bin/env python3
"""The fault proxy with a server behind it: what arrives, how connections end, what is counted. Usage: try.py FAULT_PROXY"""
import errno
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

PATIENCE = 30                           # seconds: for what has to happen


class Server(threading.Thread):
    """Accepts, echoes where it is told to, and keeps what it got of each connection and how that ended."""

    def __init__(self, echoes=True):
        super().__init__(daemon=True)
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.echoes, self.got, self.ends, self.changed = echoes, [], [], threading.Condition()
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            with self.changed:
                self.got.append(bytearray())
                self.ends.append(None)
                number = len(self.got) - 1
            threading.Thread(target=self.serve, args=(connection, number), daemon=True).start()

    def serve(self, connection, number):
        end = 'end'
        try:
            while data := connection.recv(65536):
                self.got[number] += data
                if self.echoes:
                    connection.sendall(data)
        except OSError as error:
            end = errno.errorcode[error.errno]
        connection.close()
        with self.changed:
            self.ends[number] = end
            self.changed.notify_all()

    def wait_ends(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.ends) >= count and None not in self.ends, PATIENCE), self.ends
        return self.ends


class Proxy:
    def __init__(self, port, *options, seed=1):
        command = [sys.argv[1], '--listen', '0', '--to', f'127.0.0.1:{port}', '--seed', str(seed), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(re.fullmatch(r'ready 127\.0\.0\.1:(\d+)\n', self.process.stdout.readline())[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self):
        client = socket.create_connection(('127.0.0.1', self.port), timeout=PATIENCE)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def stop(self):
        """The counts."""
        self.process.send_signal(signal.SIGTERM)
        lines = self.process.stdout.read().splitlines()
        assert self.process.wait(PATIENCE) == 0 and len(lines) == 1, (self.process.returncode, lines)
        return {name: int(value) for name, value in (pair.split('=') for pair in lines[0].split())}


def exchange(client, data, ends=True):
    """Sends all (and then ends) while it reads all that comes: what came, and how it ended. The system tells of a reset once, to whoever asks first."""
    got, faults = bytearray(), []

    def send():
        try:
            client.sendall(data)
            if ends:
                client.shutdown(socket.SHUT_WR)
        except OSError as error:
            faults.append(errno.errorcode.get(error.errno, 'silence'))
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    try:
        while more := client.recv(65536):
            got += more
    except TimeoutError:
        return bytes(got), 'silence'
    except OSError as error:
        faults.append(errno.errorcode[error.errno])
    sender.join(PATIENCE)
    return bytes(got), next((fault for fault in ('ECONNRESET', *faults) if fault in faults), 'end')


def data_of(size):
    return random.Random(size).randbytes(size)


def arrives_as_it_is():
    for options in ((), ('--latency', '5ms', '--jitter', '10ms'), ('--slice', '1..100'), ('--latency', '2ms', '--jitter', '3ms', '--slice', '1..1000')):
        server, data = Server(), data_of(400_000 if '1..100' in options else 1_500_000)
        with Proxy(server.port, *options) as proxy:
            clients = [proxy.connect() for _ in range(3)]
            results = [None] * 3

            def one(number):
                results[number] = exchange(clients[number], data[number:])
            threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert results == [(data[number:], 'end') for number in range(3)], [(len(got), end) for got, end in results]
            assert server.wait_ends(3) == ['end'] * 3
            counts = proxy.stop()
        total = sum(len(data[number:]) for number in range(3))
        assert counts['connections'] == 3 and counts['up'] == counts['down'] == total, counts
        assert (counts['delays'] > 0) == ('--latency' in options), counts
        if '--slice' in options:
            mean = (1 + int(options[-1][3:])) / 2
            assert 0.9 < counts['slices'] * mean / (2 * total) < 1.1, counts
        else:
            assert counts['slices'] == 0, counts
        assert not any(counts[fault] for fault in ('refused', 'resets_by_byte', 'resets_by_time', 'stalls', 'half_opens')), counts


def latency_is_of_each_direction():
    server = Server()
    with Proxy(server.port, '--latency', '40ms', '--jitter', '20ms') as proxy, proxy.connect() as client:
        times = []
        for _ in range(5):
            began = time.monotonic()
            client.sendall(b'ping')
            assert client.recv(4, socket.MSG_WAITALL) == b'ping'
            times.append(time.monotonic() - began)
        assert min(times) >= 0.080, times
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b''
        assert proxy.stop()['delays'] >= 10


def resets_at(seed, connections=6):
    """How many bytes a server that only reads got of each connection before it was reset."""
    server = Server(echoes=False)
    with Proxy(server.port, '--reset-every', '100kB', '--slice', '1..5000', seed=seed) as proxy:
        for number in range(connections):
            with proxy.connect() as client:
                assert exchange(client, data_of(1_000_000)) == (b'', 'ECONNRESET'), number
            assert server.wait_ends(number + 1)[number] == 'ECONNRESET', server.ends
        counts = proxy.stop()
    assert counts['resets_by_byte'] == connections and counts['resets_by_time'] == 0, counts
    assert all(bytes(got) == data_of(1_000_000)[:len(got)] for got in server.got)
    return [len(got) for got in server.got], counts


def resets_are_real_and_repeat():
    places, counts = resets_at(7)
    assert all(1 <= place <= 200_000 for place in places) and len(set(places)) == len(places), places
    assert resets_at(7) == (places, counts)
    assert resets_at(8)[0] != places
    server = Server()                   # with an echo both ends see it, too
    with Proxy(server.port, '--reset-every', '50kB') as proxy:
        got, end = exchange(proxy.connect(), data_of(1_000_000))
        assert end == 'ECONNRESET' and server.wait_ends(1) == ['ECONNRESET'], (end, server.ends)
        assert got == data_of(1_000_000)[:len(got)] and len(got) <= 100_000
        assert proxy.stop()['resets_by_byte'] == 1


def resets_come_with_time():
    server = Server()
    with Proxy(server.port, '--reset-after', '200ms') as proxy:
        began = time.monotonic()
        clients = [proxy.connect() for _ in range(4)]
        for client in clients:
            client.sendall(b'x')
        for client in clients:
            assert exchange(client, b'', ends=False)[1] == 'ECONNRESET'
        assert time.monotonic() - began < PATIENCE
        assert server.wait_ends(4) == ['ECONNRESET'] * 4
        assert proxy.stop()['resets_by_time'] == 4


def stalls_end():
    server = Server()
    with Proxy(server.port, '--stall-every', '50ms', '--stall-for', '300ms') as proxy, proxy.connect() as client:
        times, began = [], time.monotonic()
        while time.monotonic() - began < 1.5:
            before = time.monotonic()
            client.sendall(b'ping')
            assert client.recv(4, socket.MSG_WAITALL) == b'ping'
            times.append(time.monotonic() - before)
        counts = proxy.stop()
    assert counts['stalls'] >= 2 and max(times) >= 0.25, (counts, max(times))


def half_open_says_nothing():
    server, data = Server(), data_of(400_000)
    with Proxy(server.port, '--half-open-every', '3') as proxy:
        ends, clients = [], []
        for _ in range(6):
            client = proxy.connect()
            client.settimeout(2.5)
            got, end = exchange(client, data)
            assert got == data[:len(got)]
            ends.append((end, got == data))
            clients.append(client)
        assert sorted(ends) == [('end', True)] * 4 + [('silence', False)] * 2, ends
        assert {ends[:3].count(('silence', False)), ends[3:].count(('silence', False))} == {1}, ends
        for client in clients:
            client.close()
        assert proxy.stop()['half_opens'] == 2


def nobody_behind_it_is_a_reset():
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    with Proxy(port) as proxy:
        try:
            assert exchange(proxy.connect(), b'x')[1] == 'ECONNRESET'
        except ConnectionResetError:    # that early
            pass
        assert proxy.stop()['refused'] == 1


def wrong_words_are_refused():
    sound = ['--listen', '0', '--to', '127.0.0.1:1', '--seed', '1']
    for wrong in (sound[2:], sound[:4], sound[:2] + sound[4:], sound + ['--latency'], sound + ['--latency', '5'], sound + ['--slice', '0..4'],
                  sound + ['--slice', '5..4'], sound + ['--reset-every', '2ms'], sound + ['--stall-every', '5s'], sound + ['--to', 'localhost'],
                  sound + ['--listen', '65536'], sound + ['--wrong', '1']):
        done = subprocess.run([sys.argv[1], *wrong], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 64 and 'it takes --listen PORT' in done.stderr and not done.stdout, (wrong, done)


def main():
    for trial in (wrong_words_are_refused, nobody_behind_it_is_a_reset, arrives_as_it_is, latency_is_of_each_direction, resets_are_real_and_repeat,
                  resets_come_with_time, stalls_end, half_open_says_nothing):
        began = time.monotonic()
        trial()
        print(f'{trial.__name__}: {time.monotonic() - began:.1f} s')


if __name__ == '__main__':
    main()
