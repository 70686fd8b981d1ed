#!/usr/bin/env python3
"""What the program writes, and the fixtures that it reads, are what the files in schemas/ say: usage: documents.py PROGRAM. And documents with a
mistake are not, so that the check is seen to check."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

from json_schema import Checker

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / 'fixtures'
failures = []


def schema_of(kind):
    return json.loads((ROOT / 'schemas' / f'{kind}.schema.json').read_text())


def must_fit(what, kind, document):
    problems = Checker(schema_of(kind), closed=True).problems(document)
    failures.extend(f'{what} does not fit schemas/{kind}.schema.json: {problem}' for problem in problems[:5])


def must_not_fit(what, kind, document, mistake):
    wrong = copy.deepcopy(document)
    mistake(wrong)
    if not Checker(schema_of(kind)).problems(wrong):
        failures.append(f'schemas/{kind}.schema.json takes {what}')


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f'{" ".join(str(word) for word in words)}: exit {done.returncode}\n{done.stderr}')
    return done.stdout


def check_configuration(program, folder):
    """Layers one by one, and merged."""
    none = ('--config-root', folder)                # no other layers
    must_fit('platform.yaml', 'platform', json.loads(run(program, 'config', 'show', FIXTURES / 'platform.yaml', '--json', *none)))
    for path in sorted((FIXTURES / 'domains').glob('*.yaml')):
        for options in ((), none, ('--profile', 'load')):
            document = json.loads(run(program, 'config', 'show', path, '--json', *options))
            must_fit(f'{path.name} {options}', 'domain', document)
    must_not_fit('an unknown option', 'domain', document, lambda d: d.update(sede=1))
    must_not_fit('a domain without its name', 'domain', document, lambda d: d.pop('domain'))
    must_not_fit('a word for a number', 'domain', document, lambda d: d['topics'].update(partitions='many'))
    must_not_fit('an unknown word in a list', 'domain', document, lambda d: d['event_types'][0].update(entitty='x'))
    must_not_fit('a list item without what it needs', 'domain', document, lambda d: d['event_types'][0].pop('entity'))
    must_not_fit('a profile with an unknown option', 'domain', document, lambda d: d.update(profiles={'load': {'sede': 1}}))
    platform = folder / 'target.yaml'
    platform.write_text('lockstep_target: 1\nname: mine\nstream: [./s, "{log}"]\nbatch: [./b]\nrestarts: true\ntimeout: 10m\n')
    target = json.loads(run(program, 'config', 'show', platform, '--json', *none))
    must_fit('a target', 'target', target)
    must_not_fit('a target without a command', 'target', target, lambda d: d.pop('stream'))


def check_scopes(program, log, out):
    """Of runs over other than everything: what they say more."""
    batch = (program, 'run', 'batch', FIXTURES / 'domains' / 'ecommerce.yaml', '--from', f'log:{log}', '--to', out)
    run(*batch, '--as-of', '2026-01-01T00:00:00.5Z', '--lateness', 'off')
    summary, manifest = (json.loads((out / f'{name}.json').read_text()) for name in ('summary', 'manifest'))
    must_fit('the summary of a run over less', 'summary', summary)
    must_fit('the manifest of a run over less', 'run-manifest', manifest)
    cost = copy.deepcopy(summary)
    run(*batch)
    for more in (('--into', out), ('--to', out)):
        run(*batch[:-2], *more, '--window', '2026-01-01..2026-01-02', '--reason', 'a "test"')
        for name, kind in (('summary', 'summary'), ('manifest', 'run-manifest')):
            must_fit(f'the {name} with a range', kind, json.loads((out / f'{name}.json').read_text()))
    must_not_fit('a cost without views', 'summary', cost, lambda d: d['lateness_cost'].pop('views'))
    must_not_fit('a time that may be final', 'run-manifest', manifest, lambda d: d['as_of'].update(final='maybe'))
    must_not_fit('an input without its digest', 'run-manifest', manifest, lambda d: next(iter(d['inputs'].values()))[0].pop('digest'))


def check_topics(program, log, out):
    """Of runs to topics: there are no files whose bytes could be summed."""
    stream = (program, 'run', 'stream', FIXTURES / 'domains' / 'ecommerce.yaml', '--from', f'log:{log}', '--to', f'log:{out}', '--state', f'{out}.state')
    for more, final in (((), False), (('--final',), True)):
        run(*stream, *more)
        for name, kind in (('summary', 'summary'), ('manifest', 'run-manifest')):
            document = json.loads(pathlib.Path(f'{out}.state', f'{name}.json').read_text())
            must_fit(f'the {name} of a run to topics, {more}', kind, document)
        if document.get('final') is not final:
            failures.append(f'the manifest of a run to topics, {more}, says final: {document.get("final")}')
    def first(d):
        return next(iter(d['outputs'].values()))
    must_not_fit('a size without a sum', 'run-manifest', document, lambda d: first(d).update(bytes=1))
    must_not_fit('an output without its digest', 'run-manifest', document, lambda d: first(d).pop('logical'))


def check_results(program, folder):
    """A verification leaves all of them."""
    out = folder / 'run'
    run(program, 'verify', FIXTURES / 'domains' / 'ecommerce.yaml', '--events', 5000, '--case-events', 1000, '--cases', 'PLAIN,DUP-1', '--out', out)
    for mode in ('stream', 'batch'):
        summary = json.loads((out / mode / 'summary.json').read_text())
        must_fit(f'{mode}/summary.json', 'summary', summary)
        must_fit(f'{mode}/manifest.json', 'run-manifest', json.loads((out / mode / 'manifest.json').read_text()))
    check_scopes(program, out / 'log', folder / 'scope')
    check_topics(program, out / 'log', folder / 'topics')
    verdict = json.loads((out / 'verdict.json').read_text())
    must_fit('verdict.json', 'verdict', verdict)
    must_not_fit('a summary of another version', 'summary', summary, lambda d: d.update(version=2))
    must_not_fit('a summary without topics', 'summary', summary, lambda d: d.pop('topics'))
    must_not_fit('a negative count', 'summary', summary, lambda d: d['windows'].update(by_flush=-1))
    must_not_fit('an unknown verdict', 'verdict', verdict, lambda d: d.update(verdict='MAYBE'))
    must_not_fit('a case without counts', 'verdict', verdict, lambda d: d['cases'][0].pop('counts'))


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        check_configuration(program, pathlib.Path(name))
        check_results(program, pathlib.Path(name))
    print('\n'.join(failures) or 'documents and schemas agree')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
