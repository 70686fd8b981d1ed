"""What the tests against a broker share: a cluster by ci/kafka, and commands that have to go well."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = 77


def run(*command, status=0):
    """stdout of a command that ends with `status`."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f'{" ".join(map(str, command))}\nended with {done.returncode}, not {status}:\n{done.stdout}{done.stderr}')
    return done.stdout


class Cluster:
    """Brokers of its own, which may be killed."""

    def __init__(self, brokers=1, *words):
        self.folder = tempfile.mkdtemp(prefix='lockstep-kafka-')
        done = subprocess.run([ROOT / 'ci/kafka', 'start', '--brokers', str(brokers), '--at', f'{self.folder}/cluster', *words],
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr)
            shutil.rmtree(self.folder)
            sys.exit(done.returncode)
        self.address = done.stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.do('stop')
        shutil.rmtree(self.folder)

    def do(self, *words):
        run(ROOT / 'ci/kafka', *words, '--at', f'{self.folder}/cluster')


def address(word):
    """HOST:PORT, or a file that has it."""
    return pathlib.Path(word).read_text().strip() if os.path.exists(word) else word


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def start(*command, output):
    return subprocess.Popen([str(word) for word in command], stdout=output, stderr=output, start_new_session=True)
