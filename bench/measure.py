"""What the measurements share: the program as a process of its own, timed; ratios of two ways, run in turns."""
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / 'build' / 'release'
SPEC = ROOT / 'fixtures' / 'domains' / 'ecommerce.yaml'
PAIRS = 7


def run(*arguments):
    """Seconds, and the most resident memory in MiB."""
    command = [BUILD / 'cli' / 'lockstep', *map(str, arguments)]
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    text = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}\n{text.decode(errors='replace')}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def verdict(reached):
    return 'reached' if reached else 'SHORT'


def show(what, found):
    print(f'{what:<34} {found}', flush=True)


def pairs(what, ours, theirs, wanted, most=False, count=PAIRS, before=lambda: None):
    """The median of our time to theirs, run in turns. `most`: the ratio is to be at most what is wanted; otherwise theirs to ours at least.
    Nothing wanted: for comparison. `before` is called before each run."""
    found = []
    for _ in range(count):
        before()
        mine = run(*ours)[0]
        before()
        other = run(*theirs)[0]
        found.append(mine / other if most else other / mine)
    ratio = statistics.median(found)
    reached = not wanted or (ratio <= wanted if most else ratio >= wanted)
    told = f", wanted {wanted:.2f}{' at most' if most else ''}: {verdict(reached)}" if wanted else ''
    show(what, f'ratio {ratio:.2f} ({min(found):.2f} to {max(found):.2f}){told}')
    return reached
