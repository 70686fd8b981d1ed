#!/usr/bin/env python3
"""A run that is watched: its metrics by HTTP while it works, in a file when it is done, and its log. Usage: live.py PROGRAM FOLDER

The run is held where the test wants it: its log goes to a pipe that nobody reads, and is larger than the pipe."""
import http.client
import json
import pathlib
import shutil
import signal
import subprocess
import sys

import exposition

HERE = pathlib.Path(__file__).resolve().parent
SPEC = HERE / 'spec.yaml'
EVENTS = 6000


def get(address, path, method='GET'):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader('Content-Type'), body


def number(found, name, **labels):
    """The sum over all samples with these labels."""
    return sum(float(value) for (of, pairs), value in found.items() if of == name and labels.items() <= dict(pairs).items())


def check_live(program, folder):
    """Scraped while it is held, then told to stop by its pid."""
    run = subprocess.Popen([program, 'run', 'stream', SPEC, '--from', f'log:{folder}/log', '--to', folder / 'live', '--workers', '1', '--batch', '8',
                            '--metrics-port', '0', '--log-format', 'json', '--log-rate', '1000000'],
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        served = json.loads(run.stderr.readline())
        assert served['event'] == 'metrics_served', served
        address = served['address']
        assert address.startswith('127.0.0.1:'), address
        found = {}
        while number(found, 'lockstep_run_records_total') == 0:         # until it has shown its numbers for the first time
            status, kind, text = get(address, '/metrics')
            assert (status, kind) == (200, 'text/plain; version=0.0.4; charset=utf-8'), (status, kind)
            found = exposition.check(text)
        assert 0 < number(found, 'lockstep_run_records_total') < EVENTS
        assert number(found, 'lockstep_input_lag_records') == EVENTS - number(found, 'lockstep_records_total')
        assert get(address, '/healthz') == (200, 'text/plain; charset=utf-8', 'ok\n')
        assert get(address, '/')[0] == 404
        assert get(address, '/metrics', 'POST')[0] == 405
    finally:
        run.send_signal(signal.SIGTERM)
    log = [json.loads(line) for line in run.stderr]
    assert run.wait(60) == 130, run.returncode
    assert log[-1]['event'] == 'run_failed' and log[-1]['exit_status'] == 130, log[-1]
    return log


def check_log(log, summary, run):
    """What the log says against what was counted. Every line: nothing was left out."""
    counts = {}
    for line in log:
        assert list(line)[:4] == ['time', 'level', 'event', 'message'], line
        key = line['event'], line.get('reason') or line.get('view') or line.get('rule')
        counts[key] = counts.get(key, 0) + 1
    topic = summary['topics']['raw.seen.click']
    assert not any(event == 'left_out' for event, _ in counts), counts
    for reason, count in topic['quarantined'].items():
        assert counts['record_quarantined', reason] == count, (reason, count, counts)
    for view, of in summary['views'].items():
        assert counts['record_late', view] == of['late'], (view, of, counts)
    assert counts['alert_raised', 'busy'] + counts['alert_cleared', 'busy'] == summary['views']['busy']['rows'], counts
    ended = log[-1]
    assert ended['event'] == 'run_ended' and ended['records'] == EVENTS and ended['normalized'] == topic['normalized'], ended
    began = log[0]
    assert began['event'] == 'run_began' and began['mode'] == run and len(began['job_sha256']) == 64, began


def check_file(program, folder, run):
    """A whole run with everything on: its metrics against its summary. Run `topics` is a streaming run to topics."""
    name, to, about, more = run, folder / run, folder / run, []
    if run == 'topics':
        run, to, about, more = 'stream', f'log:{to}', folder / 'topics.state', ['--final']
    with open(folder / f'{name}.jsonl', 'w') as stderr:
        subprocess.run([program, 'run', run, SPEC, '--from', f'log:{folder}/log', '--to', to, '--metrics', folder / f'{name}.prom',
                        '--log-format', 'json', '--log-rate', '1000000', *more], stdout=subprocess.DEVNULL, stderr=stderr, check=True)
    found = exposition.check((folder / f'{name}.prom').read_text())
    summary = json.loads((about / 'summary.json').read_text())
    check_log([json.loads(line) for line in open(folder / f'{name}.jsonl')], summary, run)
    assert number(found, 'lockstep_input_lag_records') == 0
    for topic, counts in summary['topics'].items():
        assert number(found, 'lockstep_records_total', topic=topic) == counts['raw']
        assert number(found, 'lockstep_records_total', topic=topic, outcome='normalized') == counts['normalized']
        for reason, count in counts['quarantined'].items():
            assert number(found, 'lockstep_quarantined_records_total', topic=topic, reason=reason) == count
        assert number(found, 'lockstep_quarantined_records_total', topic=topic) == sum(counts['quarantined'].values())
    for view, counts in summary['views'].items():
        assert number(found, 'lockstep_view_rows_total', view=view) == counts['rows'] > 0
        assert number(found, 'lockstep_view_late_records_total', view=view) == counts['late'] > 0
    if run == 'stream':
        assert number(found, 'lockstep_checkpoints_total') == summary['run']['checkpoints']
        assert number(found, 'lockstep_rows_emitted_total', by='flush') == summary['windows']['by_flush']
    return found


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2]).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run([program, 'generate', SPEC, '--to', f'log:{folder}/log', '--events', str(EVENTS)], stdout=subprocess.DEVNULL, check=True)
    live = check_live(program, folder)
    families = {run: {name for name, _ in check_file(program, folder, run)} for run in ('stream', 'batch', 'topics')}
    assert families['batch'] < families['stream'] == families['topics'], families
    # the run that was stopped goes on, and all of them have the same bytes, watched or not
    subprocess.run([program, 'run', 'stream', SPEC, '--from', f'log:{folder}/log', '--to', folder / 'live', '--log', folder / 'live.txt'],
                   stdout=subprocess.DEVNULL, check=True)
    assert 'goes on from checkpoint' in (folder / 'live.txt').read_text()
    subprocess.run([program, 'collect', SPEC, '--from', f'log:{folder}/topics', '--to', folder / 'collected'], stdout=subprocess.DEVNULL, check=True)
    for other in ('stream', 'batch', 'collected'):
        subprocess.run([program, 'diff', folder / 'live' / 'datasets', folder / other / 'datasets'], stdout=subprocess.DEVNULL, check=True)
    print(f'{len(live)} lines while it was held, {sum(map(len, families.values()))} families of metrics')


if __name__ == '__main__':
    main()
