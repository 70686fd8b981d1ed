#!/usr/bin/env python3
"""Tests of ci/tidy: a repository with one violation of each rule, of which it has to report every one and nothing else, and a clean one."""
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ('core/base', 'core/config', 'core/expr', 'core/avro', 'core/log', 'core/obs', 'spec', 'generator', 'pipeline/record', 'pipeline/view',
           'pipeline/output', 'pipeline/stream', 'pipeline/batch', 'conformance', 'capacity', 'cli')
NOTE = 'TO' + 'DO'


def guard(path):
    parts = pathlib.PurePath(path).with_suffix('').parts
    return f'LS_{parts[-2]}_{parts[-1]}_H'.upper()


def header(path, body=''):
    return f'#ifndef {guard(path)}\n#define {guard(path)}\n{body}\n#endif\n'


def function(name, lines, kind='int '):
    """A function whose braces and what is between them are so many lines."""
    return f'{kind}{name}(int value)\n{{\n' + '    value++;\n' * (lines - 3) + '    return value;\n}\n'


def body(statement):
    return f'int ls_thing(int value)\n{{\n    {statement}\n    return value;\n}}\n'


# path -> (content, [(line, rule, a part of the message)]); a .c file gets a test beside it
VIOLATIONS = {
    'core/base/up.c': ('#include "core/avro/part.h"\n', [(1, 'include', 'core/base/ may not include')]),
    'core/avro/log.c': ('#include "core/log/part.h"\n', [(1, 'include', 'core/avro/ may not include')]),
    'core/expr/avro.c': ('#include "core/avro/part.h"\n', [(1, 'include', '')]),
    'core/config/expr.c': ('#include "core/expr/part.h"\n', [(1, 'include', '')]),
    'core/obs/log.c': ('#include "core/log/part.h"\n', [(1, 'include', '')]),
    'core/log/spec.c': ('#include "spec/part.h"\n', [(1, 'include', '')]),
    'spec/generator.c': ('#include "generator/part.h"\n', [(1, 'include', '')]),
    'generator/record.c': ('#include "pipeline/record/part.h"\n', [(1, 'include', '')]),
    'pipeline/record/generator.c': ('#include "generator/part.h"\n', [(1, 'include', '')]),
    'pipeline/view/stream.c': ('#include "pipeline/stream/part.h"\n', [(1, 'include', '')]),
    'pipeline/stream/batch.c': ('#include "pipeline/batch/part.h"\n', [(1, 'include', '')]),
    'pipeline/batch/stream.c': ('#include "pipeline/stream/part.h"\n', [(1, 'include', '')]),
    'conformance/batch.c': ('#include "pipeline/batch/part.h"\n', [(1, 'include', '')]),
    'capacity/conformance.c': ('#include "conformance/part.h"\n', [(1, 'include', '')]),
    'spec/near.c': ('#include "part.h"\n', [(1, 'include', 'write includes from its root')]),
    'elsewhere/thing.c': ('int ls_thing(void);\n', [(1, 'include', 'MAY_INCLUDE')]),

    'docs/adr/0001-listed.md': ('# 0001: Listed\n', []),
    'docs/adr/0002-renamed.md': ('# 0002: Renamed since\n', [(1, 'index', '- [0002](0002-renamed.md): Renamed since')]),
    'docs/adr/0003-forgotten.md': ('# 0003: Forgotten\n', [(1, 'index', 'does not list it')]),
    'docs/adr/README.md': ('- [0001](0001-listed.md): Listed\n- [0002](0002-renamed.md): Renamed\n', []),

    'cli/copy.c': (body('strcpy(a, b);'), [(3, 'banned-call', 'memcpy')]),
    'cli/print.c': (body('sprintf(a, "%d", value);'), [(3, 'banned-call', 'snprintf')]),
    'core/log/split.c': (body('strtok(a, b);'), [(3, 'banned-call', 'scanner')]),
    'core/obs/local.c': (body('localtime(&value);'), [(3, 'banned-call', 'ls_civil_from_ms')]),
    'capacity/chance.c': (body('value = rand();'), [(3, 'banned-call', 'ls_word')]),
    'conformance/shell.c': (body('system("ls");'), [(3, 'banned-call', 'posix_spawn')]),
    'core/config/heap.c': (body('char *a = malloc(7);'), [(3, 'banned-call', 'ls_mem_')]),
    'core/config/drop.c': (body('free(a);'), [(3, 'banned-call', 'ls_mem_')]),
    'core/log/open.c': (body('FILE *a = fopen("a", "r");'), [(3, 'banned-call', 'ls_file_open')]),
    'generator/say.c': (body('fprintf(stderr, "");'), [(3, 'banned-call', 'ls_file_write')]),
    'core/base/say.c': (body('strerror_r(value, a, 7);'), [(3, 'banned-call', 'ls_error_errno')]),
    'generator/now.c': (body('value = clock_gettime(0, a);'), [(3, 'banned-call', 'clock')]),
    'pipeline/view/now.c': (body('value = time(NULL);'), [(3, 'banned-call', 'clock')]),
    'core/expr/real.c': (body('double a = value;'), [(3, 'banned-word', 'double')]),
    'core/avro/real.h': (header('core/avro/real.h', '\nfloat ls_real(void);\n'), [(4, 'banned-word', 'float')]),
    'spec/math.c': ('#include <math.h>\n', [(1, 'banned-include', 'fixed.h')]),
    'cli/locale.c': ('#include <locale.h>\n', [(1, 'banned-include', 'locale')]),

    'core/base/long_function.c': (function('ls_long', 71), [(2, 'function-lines', '71 lines')]),
    'core/base/wide.h': (header('core/base/wide.h', f'\nint ls_{"a" * 88}(int);\n'), [(4, 'columns', '101 columns'), (4, 'format', '')]),
    'core/base/long.h': (header('core/base/long.h', '\n' + 'int ls_thing(void);\n' * 596), [(601, 'file-lines', 'at most 600')]),
    'core/base/long_test.c': ('int x;\n' * 1001, [(1001, 'file-lines', 'at most 1000')]),
    'docs/wide.yaml': ('b' * 161 + '\n', [(1, 'columns', '161 columns')]),
    'ci/wide': ('#!/bin/sh\n# ' + 'c' * 160 + '\n', [(2, 'columns', '162 columns')]),

    'docs/note.md': (f'fine\n{NOTE}: more\n', [(2, 'leftover', NOTE)]),
    'core/base/note.h': (header('core/base/note.h', f'\n/* {"FIX" + "ME"} */\n'), [(4, 'leftover', '')]),
    'spec/note.yaml': (f'a: 1 # {"HA" + "CK"}\n', [(1, 'leftover', '')]),
    'docs/tab.md': ('a\tb\n', [(1, 'tab', '')]),
    'docs/space.md': ('fine\n\nspace \n', [(3, 'space', '')]),
    'docs/end.md': ('one\ntwo', [(2, 'newline', '')]),
    'docs/crlf.md': ('one\r\ntwo\n', [(1, 'crlf', '')]),
    'docs/nul.md': ('one\ntw\0o\n', [(2, 'nul', '')]),
    'docs/latin.md': (b'one\ntwo \xe9\n', [(2, 'utf-8', '')]),

    'core/base/lonely.c': ('int ls_lonely(void);\n', [(1, 'test', 'lonely_test.c')]),
    'core/base/own_header.c': ('int ls_thing(void);\n', [(1, 'test', 'own_header_test.c')]),
    'core/base/unguarded.h': ('int ls_thing(void);\n', [(1, 'guard', 'LS_BASE_UNGUARDED_H')]),
    'core/base/misguarded.h': (header('core/misguarded.h'), [(1, 'guard', 'LS_BASE_MISGUARDED_H')]),
    'core/base/open.h': (header('core/base/open.h') + '\nint ls_thing(void);\n#define LS_OPEN 1\n', [(1, 'guard', '')]),
    'core/base/public.c': (function('public', 5), [(1, 'name', 'public is exported')]),
    'core/base/private.c': (function('ls_private', 5, 'static int '), [(1, 'name', 'ls_private is static')]),
    'core/base/helper.h': (header('core/base/helper.h', '\n' + function('helper', 5, 'static inline int ')), [(4, 'name', '')]),
    'core/base/laid_out.c': ('int  ls_thing(void);\nint  ls_other(void);\n', [(1, 'format', '--fix')]),
}
LONELY = ('core/base/lonely.c', 'core/base/own_header.c')

# What looks like a violation and is none.
CLEAN = {
    'core/base/mem.c': body('free(malloc(7));'),
    'core/base/error.c': body('strerror_r(value, a, 7);'),
    'core/base/words.c': '/* malloc(7), double, ' + '"' + ' */\n' + body('ls_words("float time(NULL) // ", \'"\'); // system()'),
    'core/base/members.c': body('value = ops->free(a) + ops.time(b) + double_value + my_rand(c);'),
    'core/base/limits.c': function('ls_limits', 70),
    'core/base/own.c': function('own', 5, 'static int ') + '\n' + '__attribute__((noinline)) ' + function('ls_own', 5),
    'core/base/whole_test.c': '#include "generator/part.h"\n\n#include <math.h>\n\n' + function('any', 5, 'static double ') + 'int x;\n' * 900,
    'core/base/columns.h': header('core/base/columns.h', f'\n/* {"é" * 94} */\n'),
    'core/base/lines.h': header('core/base/lines.h', '\n' + 'int ls_thing(void);\n' * 595),
    'core/log/log.c': '#include "core/avro/part.h"\n#include "core/base/part.h"\n#include "core/log/part.h"\n' + body('value = time(NULL);'),
    'core/log/piece.c': 'int ls_piece(void);\n',
    'core/log/piece_of_it.c': body('value++;'),
    'core/obs/say.c': body('fprintf(stderr, "", clock_gettime(0, a));'),
    'pipeline/stream/all.c': '#include "core/log/part.h"\n#include "pipeline/output/part.h"\n#include "pipeline/record/part.h"\n'
                             '#include "pipeline/stream/part.h"\n#include "pipeline/view/part.h"\n#include "spec/part.h"\n',
    'conformance/all.c': '#include "core/obs/part.h"\n#include "generator/part.h"\n#include "spec/part.h"\n',
    'cli/main.c': ''.join(f'#include "{folder}/part.h"\n' for folder in sorted(FOLDERS)) + '\n' + function('main', 5),
    'cli/cmd_run.c': body('printf("%d", value);'),
    'tests/fuzz/corpus/thing/1.json': b'\0\xff \t\r\n' + NOTE.encode(),
    'tests/cli/case/stdout.txt': f'{NOTE} \t',
    'docs/limit.md': 'b' * 160 + f'\n{NOTE}s are not whole words\n',
    'docs/picture.png': b'\0\r\n ',
    'ignored/thing.c': 'int  broken(\tvoid) \n',
    '.gitignore': '/ignored/\n',
}

FAKE_CLANG_TIDY = '''#!/bin/sh
# Writes down each file that it is asked about, and finds fault with those that hold the word "bad".
if [ "$1" = --version ]; then echo "version $VERSION"; exit; fi
while [ $# -gt 1 ]; do shift; done
echo "$1" >> "$CALLS"
if grep -q bad "$1"; then echo "$PWD/$1:1:5: error: a bad thing [some-check,-warnings-as-errors]"; exit 1; fi
'''


class Repository(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name).resolve()
        self.environment = dict(os.environ)
        subprocess.run(['git', 'init', '--quiet', self.root], check=True)
        (self.root / 'ci').mkdir()
        shutil.copy(HERE / 'ci/tidy', self.root / 'ci/tidy')
        shutil.copy(HERE / '.clang-format', self.root)
        for folder in FOLDERS:
            self.put(f'{folder}/part.h', header(f'{folder}/part.h', '\nint ls_part(void);\n'))

    def tearDown(self):
        self.folder.cleanup()

    def put(self, path, content):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def tidy(self, *options):
        result = subprocess.run([sys.executable, self.root / 'ci/tidy', *options], env=self.environment, capture_output=True, text=True, check=False)
        self.assertEqual(result.stderr, '')
        return result.returncode, result.stdout.splitlines()


class Rules(Repository):
    def test_each_violation_is_reported_and_nothing_else(self):
        for path, (content, _) in VIOLATIONS.items():
            self.put(path, content)
            if path.endswith('.c') and not path.endswith('_test.c') and path not in LONELY:
                self.put(path[:-2] + '_test.c', 'int x;\n')
        self.put('core/base/own_header.h', header('core/base/own_header.h'))
        self.put('core/base/own_test.c', 'int x;\n')
        status, lines = self.tidy()
        self.assertEqual(status, 1)
        places = [(path, int(number)) for path, number, _ in (line.split(':', 2) for line in lines)]
        self.assertEqual(places, sorted(places))
        for path, (_, findings) in VIOLATIONS.items():
            for number, rule, part in findings:
                found = [line for line in lines if line.startswith(f'{path}:{number}: {rule}: ')]
                with self.subTest(path=path, rule=rule):
                    self.assertEqual(len(found), 1, '\n'.join(line for line in lines if line.startswith(path)))
                    self.assertIn(part, found[0])
                    self.assertRegex(found[0], r' \(.+\)$')         # what to do
                    lines.remove(found[0])
        self.assertEqual(lines, [])

    def test_a_clean_repository_passes(self):
        for path, content in CLEAN.items():
            self.put(path, content)
            if path.endswith('.c') and not path.startswith('cli/') and not path.endswith(('_test.c', 'piece_of_it.c')):
                self.put(path[:-2] + '_test.c', 'int x;\n')
        status, lines = self.tidy()
        self.assertEqual((status, len(lines)), (0, 1), '\n'.join(lines))
        self.assertRegex(lines[0], r'^tidy: \d+ files, no findings$')

    def test_files_that_git_does_not_know_yet_count(self):
        before = int(self.tidy()[1][0].split()[1])
        self.put('docs/new.md', 'new\n')
        self.assertEqual(int(self.tidy()[1][0].split()[1]), before + 1)
        subprocess.run(['git', '-C', self.root, 'add', '.'], check=True)
        self.assertEqual(int(self.tidy()[1][0].split()[1]), before + 1)
        (self.root / 'docs/new.md').unlink()         # known, and no longer there
        self.assertEqual(int(self.tidy()[1][0].split()[1]), before)

    def test_fix_lays_out_the_code(self):
        self.put('core/base/part_test.c', 'int   x ;\n')
        self.assertEqual(self.tidy()[0], 1)
        self.assertEqual(self.tidy('--fix')[0], 0)
        self.assertEqual((self.root / 'core/base/part_test.c').read_text(), 'int x;\n')


class ClangTidy(Repository):
    """With a clang-tidy that is told apart from the real one by what it writes down."""

    def setUp(self):
        super().setUp()
        tools = self.root / '.git/tools'
        tools.mkdir()
        self.calls = tools / 'calls'
        (tools / 'clang-tidy').write_text(FAKE_CLANG_TIDY)
        (tools / 'clang-tidy').chmod(stat.S_IRWXU)
        self.environment.update(PATH=f'{tools}:{os.environ["PATH"]}', CALLS=str(self.calls), VERSION='1')
        self.put('.gitignore', '/build/\n')
        self.put('.clang-tidy', 'Checks: "*"\n')
        self.put('core/base/one_test.c', 'int one;\n')
        self.put('core/base/two_test.c', 'int two;\n')
        self.database()

    def database(self, flags=''):
        entries = (f'{{"directory": "{self.root}/build", "file": "../core/base/{name}_test.c", "command": "cc {flags} {name}"}}'
                   for name in ('one', 'two'))
        self.put('build/compile_commands.json', '[' + ', '.join(entries) + ']')

    def asked(self):
        """What clang-tidy was asked about since the last call."""
        names = sorted(self.calls.read_text().split()) if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return [pathlib.PurePath(name).name[:3] for name in names]

    def run_tidy(self):
        return self.tidy('--clang-tidy', str(self.root / 'build'))

    def test_a_result_is_kept_until_something_changes(self):
        changes = (
            ('nothing', lambda: None, []),
            ('a source', lambda: self.put('core/base/one_test.c', 'int one_more;\n'), ['one']),
            ('a header', lambda: self.put('spec/part.h', header('spec/part.h')), ['one', 'two']),
            ('the checks', lambda: self.put('.clang-tidy', 'Checks: "-*"\n'), ['one', 'two']),
            ('the compiler', lambda: self.database('-O3'), ['one', 'two']),
            ('clang-tidy', lambda: self.environment.update(VERSION='2'), ['one', 'two']),
            ('nothing again', lambda: None, []),
        )
        self.assertEqual(self.run_tidy()[0], 0)
        self.assertEqual(self.asked(), ['one', 'two'])
        for what, change, asked in changes:
            with self.subTest(what):
                change()
                self.assertEqual(self.run_tidy()[0], 0)
                self.assertEqual(self.asked(), asked)
        self.assertEqual(len(list((self.root / 'build/tidy-cache').iterdir())), 2)

    def test_a_finding_is_reported_each_time(self):
        self.put('core/base/two_test.c', 'int bad;\n')
        for asked in (['one', 'two'], ['two']):
            status, lines = self.run_tidy()
            self.assertEqual(status, 1)
            self.assertEqual(len(lines), 1)
            self.assertRegex(lines[0], r'^core/base/two_test.c:1: clang-tidy: a bad thing \[some-check\] \(.*\)$')
            self.assertEqual(self.asked(), asked)

    def test_without_a_database_it_says_what_to_do(self):
        (self.root / 'build/compile_commands.json').unlink()
        result = subprocess.run([sys.executable, self.root / 'ci/tidy', '--clang-tidy', self.root / 'build'],
                                env=self.environment, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn('configure first', result.stderr)


if __name__ == '__main__':
    unittest.main()
