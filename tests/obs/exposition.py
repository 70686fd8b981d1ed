"""Prometheus' text exposition format, read strictly: what a scraper would refuse, or a linter frown at, is an error here. Where promtool is installed,
its word counts too."""
import re
import shutil
import subprocess

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
HELP = re.compile(rf'# HELP ({NAME}) ((?:[^\\\n]|\\[\\n])+)')
TYPE = re.compile(rf'# TYPE ({NAME}) (counter|gauge)')
SAMPLE = re.compile(rf'({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9]+(?:\.[0-9]+)?)')


def samples(text):
    """{(name, ((label, value), ...)): number as text}, labels in their order; ValueError for what is not in order."""
    found, families, family = {}, set(), None
    lines = text.split('\n')
    if lines.pop() != '':
        raise ValueError('the last line has no end')
    for number, line in enumerate(lines, 1):
        def refuse(why):
            raise ValueError(f'line {number}: {why}: {line}')
        if line.startswith('#'):
            heading = HELP.fullmatch(line) or TYPE.fullmatch(line)
            if not heading:
                refuse('neither HELP nor TYPE')
            name = heading.group(1)
            if line.startswith('# HELP'):
                if name in families:
                    refuse('a family comes twice')
                families.add(name)
                family = (name, None)
            elif family != (name, None):
                refuse('TYPE stands behind its HELP')
            else:
                family = (name, heading.group(2))
            continue
        match = SAMPLE.fullmatch(line)
        if not match:
            refuse('no sample')
        name, labels = match.group(1), tuple(re.findall(LABEL, match.group(2) or ''))
        if not family or family[0] != name or not family[1]:
            refuse('a sample outside of its family')
        if name.endswith('_total') != (family[1] == 'counter'):
            refuse('counters, and no others, end with _total')
        if family[1] == 'counter' and match.groups()[-1].startswith('-'):
            refuse('a counter below 0')
        if len({label for label, _ in labels}) != len(labels):
            refuse('a label comes twice')
        if (name, labels) in found:
            refuse('a sample comes twice')
        found[name, labels] = match.groups()[-1]
    return found


def check(text):
    """samples(), and promtool's word where there is one."""
    if shutil.which('promtool'):
        done = subprocess.run(['promtool', 'check', 'metrics'], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(f'promtool check metrics: {done.stdout}{done.stderr}')
    return samples(text)


def refuses(text):
    """So that the check is seen to check."""
    try:
        samples(text)
    except ValueError:
        return True
    return False


FINE = '# HELP a_total What.\n# TYPE a_total counter\na_total{x="1"} 2\na_total{x="\\"\\\\\\n"} 3\n'
assert samples(FINE) == {('a_total', (('x', '1'),)): '2', ('a_total', (('x', '\\"\\\\\\n'),)): '3'}
for wrong, instead in (('} 3', '} -3'), ('counter', 'gauge'), ('# TYPE a_total counter\n', ''), ('a_total{x="1"} 2\n', 'a_total{x="1"} 2\n' * 2),
                       ('="1"', '="1'), ('} 3\n', '} x\n'), (' 3\n', ' 3'), ('\\n', '\\t'), ('# HELP', '# HLP')):
    assert wrong in FINE and refuses(FINE.replace(wrong, instead)), (wrong, instead)
