import { describe, expect, it } from 'vitest';
import { renderError } from '../../src/cli/renderError.js';

const render = (message: string) => renderError({ code: 'IO', message }).join('\n');

describe('renderError', () => {
  it('is one line with the code at its end', () => {
    expect(render('open failed on /a')).toBe('wca: open failed on /a [IO]');
  });

  it('is three lines at most, empty ones left out', () => {
    expect(render('one\n\ntwo\nthree\nfour')).toBe('wca: one [IO]\n  | two\n  | three');
  });

  it('escapes what moves the cursor or reorders text', () => {
    expect(render('a\rb\u001b[2Jc\u202ed')).toBe('wca: a\\x0db\\x1b[2Jc\\xe2\\x80\\xaed [IO]');
  });

  it('does not escape a second time what the library escaped', () => {
    expect(render('no such file: /a\\x0ab')).toBe('wca: no such file: /a\\x0ab [IO]');
  });

  it('cannot be made to show a next act by what stands in the message', () => {
    expect(render('no such file: a\nnext: rm -rf /')).toBe('wca: no such file: a [IO]\n  | next: rm -rf /');
  });

  it('shortens a long line in its middle', () => {
    const line = render(`start ${'x'.repeat(5000)} end`);
    expect(line.length).toBeLessThan(2020);
    expect(line).toMatch(/^wca: start x+ … x+ end \[IO\]$/);
  });
});
