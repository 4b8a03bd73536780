import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { renderDiagnostic, renderDiagnostics, toJson } from '../../src/diagnostics/render.js';

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

const unbound: Diagnostic = {
  code: 'rule-unbound',
  severity: 'error',
  message: '`view-dyn` rewrites with `$shape`, which its match does not bind',
  at: {
    file: 'rules/translation-map.yaml',
    line: 41,
    column: 57,
    length: 6,
    text: '    rewrite: { op: trt::reshape_dyn, in: { self: $x, shape: $shape } }',
  },
  help: 'write `$size`, or bind it in the match',
};

/** The rendering of one diagnostic, as a list of lines. */
const lines = (d: Diagnostic) => renderDiagnostic(d).split('\n');

describe('a rendered diagnostic', () => {
  test('shows the place, the line, the caret and the next step', () => {
    expect(renderDiagnostic({ ...unbound, at: { ...unbound.at, column: 61 } as Diagnostic['at'] })).toBe(
      [
        'error[rule-unbound]: `view-dyn` rewrites with `$shape`, which its match does not bind',
        '  --> rules/translation-map.yaml:41:61',
        '41 |     rewrite: { op: trt::reshape_dyn, in: { self: $x, shape: $shape } }',
        '   |                                                             ^^^^^^',
        '   = help: write `$size`, or bind it in the match',
      ].join('\n'),
    );
  });

  test('a place without its line, and a place without text', () => {
    expect(
      lines({ code: 'syntax-error', severity: 'error', message: 'm', at: { file: 'a.py', line: 7, column: 1 } }),
    ).toEqual(['error[syntax-error]: m', ' --> a.py:7:1']);
    expect(lines({ code: 'syntax-error', severity: 'warning', message: 'm' })).toEqual(['warning[syntax-error]: m']);
  });

  test('notes have their own places; numbers are aligned', () => {
    const at = (line: number) => ({ file: 'f', line, column: 3, length: 2, text: 'abcd' });
    expect(
      lines({
        code: 'internal',
        severity: 'error',
        message: 'm',
        at: at(9),
        notes: [{ message: 'n', at: at(1234) }, { message: 'two\nlines' }],
        help: 'h',
      }),
    ).toEqual([
      'error[internal]: m',
      '    --> f:9:3',
      '   9 | abcd',
      '     |   ^^',
      '     = note: n',
      '    --> f:1234:3',
      '1234 | abcd',
      '     |   ^^',
      '     = note: two',
      '             lines',
      '     = help: h',
    ]);
  });

  test('the caret stands below its text after tabs, at the end, and in a cut line', () => {
    const caretOf = (text: string, column: number, length?: number) => {
      const [, , line = '', caret = ''] = lines({
        code: 'internal',
        severity: 'error',
        message: 'm',
        at: { file: 'f', line: 1, column, length, text },
        help: 'h',
      });
      return line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1);
    };
    expect(caretOf('\tx = yy', 6, 2)).toBe('yy');
    expect(caretOf('abc', 2, 100)).toBe('bc');
    expect(caretOf('abc', 4)).toBe('');
    expect(caretOf(`${'a'.repeat(500)}NEEDLE${'b'.repeat(500)}`, 501, 6)).toBe('NEEDLE');
    expect(caretOf(`NEEDLE${'b'.repeat(500)}`, 1, 6)).toBe('NEEDLE');
    expect(caretOf(`${'a'.repeat(500)}NEEDLE`, 501, 6)).toBe('NEEDLE');
  });

  test('the table of codes gives the next step where the diagnostic has none', () => {
    const bare: Diagnostic = { code: 'file-not-found', severity: 'error', message: 'm' };
    expect(lines(bare)[1]).toBe('  = help: check the path and its permissions');
    expect(toJson(bare)).toMatchObject({ code: 'file-not-found', help: 'check the path and its permissions' });
    expect(JSON.parse(JSON.stringify(toJson(unbound)))).toMatchObject({ at: { line: 41 }, help: unbound.help });
  });

  test('colors change nothing but escape codes', () => {
    const colored = renderDiagnostics([unbound, unbound], { color: true });
    expect(colored).toContain('\u001b[31m');
    expect(colored.replace(ESCAPES, '')).toBe(renderDiagnostics([unbound, unbound]));
  });
});
