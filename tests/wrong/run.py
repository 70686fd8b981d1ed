#!/usr/bin/env python3
"""Wrong specs as data: what `lockstep config check` says about one mistake in a sound spec, for every option of the spec language.

base.yaml is the sound spec, *.csv the tables beside it. X.cases has the cases of one table or family, named as its anchor in docs/reference/spec.md. A case:

  == weight: nothing is below 1           the option, or the family's word; and what is wrong
  set event_types[0].weight: 0            the change: set PATH: VALUE, add PATH: VALUE, add LIST[]: ITEM, rename PATH: KEY, drop PATH; lines of them
  at faults.jitter.max                    where the message stands, if not at the last change (what is dropped: the map that lacks it)
                                          an empty line, and the message; # is its line, so that base.yaml can grow. Or `ok`: this is allowed
  spec.yaml:#:13: error: weight: ...

Each message is held to more than its text: it is the only one; it stands where it should and says that path; it names the option; it says what was
expected or what to write instead. An option without a wrong case fails, and so does a rule about specs that no case shows.
--bless writes the messages that the program gives now; read them before you commit them.

usage: run.py PROGRAM [--bless] [FILE.cases...]"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LINE = re.compile(r'(?P<indent> *)(?P<dash>- )?(?:(?P<key>[\w-]+):(?: +|$))?(?P<value>.*)')
CHANGE = re.compile(r'(?P<verb>set|add|rename|drop) (?P<path>[^:\s]+):? ?(?P<value>.*)')
MESSAGE = re.compile(r'spec\.yaml:(\d+):(\d+): error: (.*) \[LS\d{4}\]\n')
NOTE = re.compile(r'^       = (.*)\n', re.MULTILINE)


class Slip(Exception):
    """A case that is written wrong."""


class Spec:
    """YAML with one option a line: maps and lists in blocks, values in brackets taken as they are."""

    def __init__(self, text):
        self.lines = text.splitlines()
        self.places = {'': (0, -2, 0)}      # path: line, column of its key or dash, column of its value
        above, items = [(-1, '')], {}
        for number, line in enumerate(self.lines):
            found = LINE.fullmatch(line)
            column = len(found['indent'])
            if not line.strip() or line.lstrip().startswith('#'):
                continue
            steps = [(column, None)] if found['dash'] else []
            steps += [(found.start('key'), found['key'])] if found['key'] else []
            for begin, key in steps:
                while above[-1][0] >= begin:
                    above.pop()
                parent = above[-1][1]
                if key is None:
                    items[parent] = items.get(parent, -1) + 1
                    path, value = f'{parent}[{items[parent]}]', begin + 2
                else:
                    path, value = f'{parent}.{key}'.lstrip('.'), found.start('value')
                self.places[path] = (number, begin, value)
                above.append((begin, path))

    def place(self, path):
        if path not in self.places:
            raise Slip(f'base.yaml has no {path}')
        return self.places[path]

    def end(self, path):
        """The line behind the block of a path."""
        number, column, _ = self.place(path)
        end = number + 1
        while end < len(self.lines) and len(self.lines[end]) - len(self.lines[end].lstrip()) > column:
            end += 1
        return end if path else len(self.lines)

    def may_stand(self, path):
        """Lines and their columns where a message about a path may stand: its own line from the key on, or where its block begins."""
        while path not in self.places:      # in brackets
            path = parent_of(path)
        number, column, value = self.places[path]
        own = (number + 1, range(column + 1, len(self.lines[number]) + 2))
        below = [place for name, place in self.places.items() if name and parent_of(name) == path]
        return [own] + [(at + 1, [start + 1]) for at, start, _ in below[:1] if not path or not self.lines[number][value:]]


def parent_of(path):
    return re.sub(r'(\.?[\w-]+|\[\d*\])$', '', path)


def change(text, line):
    """The text after one change, and the path where a message about it is expected."""
    found = CHANGE.fullmatch(line)
    if not found:
        raise Slip(f'no change: {line}')
    verb, path, value = found.groups()
    spec = Spec(text)
    lines = spec.lines
    if verb == 'add':
        parent = parent_of(path)
        indent = ' ' * (spec.place(parent)[1] + 2)
        key = '- ' if path.endswith('[]') else path[len(parent):].lstrip('.') + ': '
        lines.insert(spec.end(parent), indent + key + value)
        path = path.replace('[]', '[%d]' % sum(re.fullmatch(re.escape(parent) + r'\[\d+\]', name) is not None for name in spec.places))
        return '\n'.join(lines), path
    number, column, start = spec.place(path)
    end = spec.end(path)
    if verb == 'set':
        lines[number:end] = [f'{lines[number][:start].rstrip()} {value}'.rstrip()]
    elif verb == 'rename':
        lines[number] = re.sub(r'[\w-]+:', f'{value}:', lines[number], count=1)
        path = f'{parent_of(path)}.{value}'.lstrip('.')
    else:
        before = lines[number][:column]
        del lines[number:end]
        if '-' in before:                   # the first option of an item: the next one begins it now
            lines[number] = before + lines[number].lstrip()
        path = parent_of(path)
    return '\n'.join(lines), path


class Case:
    def __init__(self, table, text):
        head, _, want = text.partition('\n\n')
        self.table, self.want = table, want.rstrip('\n') + '\n'
        self.title, *self.changes = head.split('\n')
        self.option = self.title.partition(':')[0]
        self.flaws = []

    def run(self, program, base, rows):
        """What the program says, with # for line numbers; what is wrong with it besides its text becomes flaws."""
        text, path = base, ''
        for line in self.changes:
            text, path = (text, line[3:]) if line.startswith('at ') else change(text, line)
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder, 'domains')
            place.mkdir()
            (place / 'spec.yaml').write_text(text + '\n')
            for beside in HERE.glob('*.csv'):
                (place / beside.name).write_bytes(beside.read_bytes())
            done = subprocess.run([program, 'config', 'check', 'spec.yaml'], cwd=place, capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            return 'ok\n'
        self.flaws = list(self.judge(done, Spec(text), path, rows))
        got = re.sub(r'^(spec\.yaml:)\d+', r'\1#', done.stderr, flags=re.MULTILINE)
        got = re.sub(r'^( *)(\d+) \|', lambda found: f'{found[1]}{"#":>{len(found[2])}} |', got, flags=re.MULTILINE)
        got = re.sub(r'\bline \d+|\bat \d+:\d+', lambda found: re.sub(r'\d+', '#', found[0]), got)
        return re.sub(r'1 error, 0 warnings\nlockstep: .*\n$', '', got)

    def judge(self, done, spec, path, rows):
        said = done.stderr
        found = MESSAGE.match(said)
        if done.returncode != 65 or not found:
            yield f'no message with a place and a rule, or the exit status {done.returncode}'
            return
        line, column, text = int(found[1]), int(found[2]), found[3]
        notes = NOTE.findall(said)
        stands = notes.pop(0)[3:] if notes and notes[0].startswith('in ') else ''
        if '\n1 error, 0 warnings\n' not in said:
            yield 'more than one message: one mistake, one message'
        if not any(line == number and column in columns for number, columns in spec.may_stand(path)):
            yield f'it stands at {line}:{column}, not at {path or "the beginning"}'
        if stands != path and not stands.startswith((f'{path}.', f'{path}[')):
            yield f'it says that it is in {stands or "no path"}, not in {path or "the whole"}'
        words = ' '.join([text, stands, *notes])
        if rows.get(self.table, {}).get(self.option) and self.option not in words:
            yield f'it does not name {self.option}'
        if 'expected ' not in text and not notes:
            yield 'it says neither what was expected nor what to write instead'


def ask(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def rows_of(program):
    """The options of each table, and the words of each family; and whether a person has to write them: families in a table, which are in no
    backticks, have words for that, and what may be given alone stands behind a word too."""
    sections = re.split(r'^<a id="(.*)"></a>$', ask(program, 'help', '--reference', 'spec'), flags=re.MULTILINE)[1:]
    rows = {}
    for name, body in zip(sections[::2], sections[1::2]):
        lines = re.findall(r'^\| (`?)(\w+)`? \|(.*)$', body, re.MULTILINE)[1:]
        rows[name] = {option: bool(written) and 'May be given alone' not in rest for written, option, rest in lines}
    if len(rows) < 2 or not all(rows.values()):
        sys.exit('run.py: the reference page is laid out in another way: rows_of has to learn it')
    return rows


def missing(program, cases, rows):
    """What no case shows."""
    shown = {(case.table, case.option) for case in cases if case.want != 'ok\n'}
    known = {(table, option) for table in rows for option in rows[table]}
    for table, option in sorted(known - shown):
        yield f'no case: {table} / {option}. Add a wrong spec for it to tests/wrong/{table}.cases: see the head of run.py; --bless writes the message'
    for table, option in sorted(shown - known):
        yield f'no such option: {table} / {option}. Take its cases out of tests/wrong/{table}.cases'
    texts = ''.join(case.want for case in cases)
    for rule in re.findall(r'^(LS2[0-3]\d\d) ', ask(program, 'explain', 'rules'), re.MULTILINE):
        if f'[{rule}]' not in texts:
            yield f'no case shows {rule} (lockstep explain {rule}). Add one to the option that it is most about'


def main():
    program = os.path.abspath(sys.argv[1])
    bless = '--bless' in sys.argv
    named = [pathlib.Path(name) for name in sys.argv[2:] if name != '--bless']
    base, rows = (HERE / 'base.yaml').read_text().rstrip('\n'), rows_of(program)
    bad, every = [], []
    said = Case('spec', '').run(program, base, rows)
    if said != 'ok\n':
        sys.exit(f'base.yaml is not sound: mend it before the cases\n{said}')
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path in named or sorted(HERE.glob('*.cases')):
            head, *texts = re.split(r'^== ', path.read_text(), flags=re.MULTILINE)
            cases = [Case(path.stem, text) for text in texts]
            answers = [pool.submit(case.run, program, base, rows) for case in cases]
            for case, answer in zip(cases, answers):
                try:
                    got = answer.result()
                except Slip as slip:
                    sys.exit(f'{path.name}: == {case.title}\n{slip}')
                case.want = got if bless else case.want
                if got != case.want:
                    case.flaws.append(f'it should be\n{case.want}')
                if case.flaws:
                    bad.append('\n'.join([f'{path.name}: == {case.title}', got, *case.flaws]))
            if bless:
                path.write_text(head + '\n'.join('\n'.join([f'== {case.title}', *case.changes, '', case.want]) for case in cases))
            every += cases
    bad += [] if named else missing(program, every, rows)
    print('\n\n'.join(bad + [f'{len(every)} cases, {len(bad)} wrong']))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
