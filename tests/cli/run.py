#!/usr/bin/env python3
"""Runs one command-line test. A test file is sections that begin with lines `--- NAME`:

  --- files PATH      the content of a file, in the test's own empty folder
  --- run             shell commands, with $LOCKSTEP the program and $FIXTURES the repository's fixtures
  --- exit            the exit status of the last command [0]
  --- stdout          what it prints, exactly; a line of `...` stands for any lines
  --- stderr          likewise

usage: run.py PROGRAM FILE [--bless]"""
import os
import re
import subprocess
import sys
import tempfile


def parse(text):
    parts = re.split(r'^--- (.*)\n', text, flags=re.M)
    return parts[0], list(zip(parts[1::2], parts[2::2]))


def matches(want, got):
    pattern = '.*'.join(re.escape(part) for part in re.split(r'^\.\.\.\n', want, flags=re.M))
    return re.fullmatch(pattern, got, flags=re.S) is not None


def main():
    program, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    head, sections = parse(open(path).read())
    want = {name.strip(): body for name, body in sections}
    with tempfile.TemporaryDirectory() as folder:
        for name, body in sections:
            if name.startswith('files '):
                target = os.path.join(folder, name[6:].strip())
                os.makedirs(os.path.dirname(target), exist_ok=True)
                open(target, 'w').write(body)
        fixtures = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..', 'fixtures'))
        environment = dict(os.environ, LOCKSTEP=program, FIXTURES=fixtures, LC_ALL='C', NO_PROGRESS='1')
        done = subprocess.run(['bash', '-c', want['run']], cwd=folder, env=environment, capture_output=True, text=True, timeout=280)
    if 'LLVM_PROFILE_FILE' in os.environ:  # where a test has left no room, none is left for what ci/coverage counts either
        done.stdout, done.stderr = (re.sub('LLVM Profile Error:.*\n', '', text) for text in (done.stdout, done.stderr))
    got = {'exit': f'{done.returncode}\n', 'stdout': done.stdout, 'stderr': done.stderr}
    want.setdefault('exit', '0\n')
    if '--bless' in sys.argv:
        kept = ''.join(f'--- {name}\n{body}' for name, body in sections if name not in got)
        open(path, 'w').write(head + kept + ''.join(f'--- {name}\n{body}' for name, body in got.items() if body and (name, body) != ('exit', '0\n')))
        return 0
    bad = [name for name in got if name in want and not matches(want[name], got[name])]
    for name in bad:
        print(f'{path}: {name} is\n{got[name]}but should be\n{want[name]}')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
