#!/usr/bin/env python3
"""Runs the examples of a page, from its top to its end, in one empty folder: what a reader who follows it types, and what he sees then.

    ```yaml                     a file, when the line above the block is <!-- file: NAME --> or <!-- more: NAME --> (put behind what is there)
    ```console                  `$ COMMAND` lines and what they print (both streams); a line `...` stands for any lines, and `...` in a line for any
                                characters of it; `\\` at the end of a command continues it

Any other block is text. `lockstep` is the program under test.
Usage: run.py PROGRAM PAGE [--bless]      --bless writes what was printed, and keeps a block as it is whose `...` fit"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r'(?:<!-- (file|more): (\S+) -->\n)?```(\w+)\n(.*?)```\n', re.S)


def commands_of(text):
    """(command, printed) of a console block."""
    parts = []
    for line in text.splitlines(keepends=True):
        if line.startswith('$ '):
            parts.append([line[2:], ''])
        elif parts and not parts[-1][1] and parts[-1][0].endswith('\\\n'):
            parts[-1][0] += line
        elif parts:
            parts[-1][1] += line
        else:
            sys.exit(f'a console block begins with `$ `: {line}')
    return parts


def fits(printed, wanted):
    pattern = re.escape(wanted).replace(r'\.\.\.', '...')
    pattern = re.sub(r'(?m)^\.\.\.\n', '(?:.*\n)*?', pattern).replace('...', '.*?')
    return re.fullmatch(pattern, printed) is not None


def run(command, folder, environment):
    done = subprocess.run(['bash', '-c', command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=240)
    text = done.stdout.decode()
    return text if not text or text.endswith('\n') else text + '\n'


def main():
    program, page = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    bless = '--bless' in sys.argv[3:]
    text, wrong, ran = page.read_text(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / 'bin').mkdir()
        (folder / 'bin' / 'lockstep').symlink_to(program)
        (folder / 'work').mkdir()
        environment = {'PATH': f"{folder / 'bin'}:{os.environ['PATH']}", 'HOME': str(folder), 'LC_ALL': 'C.UTF-8', 'TMPDIR': str(folder),
                       'NO_PROGRESS': '1'}
        environment |= {name: value for name, value in os.environ.items() if name.endswith('SAN_OPTIONS')}
        out, at = '', 0
        for block in BLOCK.finditer(text):
            how, name, kind, body = block.groups()
            out, at = out + text[at:block.start()], block.end()
            written = block.group(0)
            if name:
                (folder / 'work' / name).parent.mkdir(parents=True, exist_ok=True)
                with open(folder / 'work' / name, 'a' if how == 'more' else 'w') as file:
                    file.write(body)
            elif kind == 'console':
                seen = ''
                for command, wanted in commands_of(body):
                    ran += 1
                    printed = run(command, folder / 'work', environment)
                    same = fits(printed, wanted)
                    seen += f'$ {command}{wanted if same else printed}'
                    if not same and not bless:
                        wrong += 1
                        print(f'{page}: $ {command}' + ''.join(difflib.unified_diff(wanted.splitlines(True), printed.splitlines(True), 'the page', 'printed')))
                written = f'```console\n{seen}```\n'
            out += written
        if bless:
            page.write_text(out + text[at:])
    print(f'{page}: {ran} commands, {wrong} wrong')
    sys.exit(1 if wrong or not ran else 0)


if __name__ == '__main__':
    main()
