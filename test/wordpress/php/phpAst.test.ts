import { expect, test } from 'vitest';
import {
  childOf,
  childrenOf,
  everyChild,
  nameOf,
  parsePhpBody,
  parsePhpFile,
  textOf,
} from '../../../src/wordpress/php/phpAst.js';

test('offsets are bytes of the source, also behind characters of several bytes', () => {
  const source = Buffer.from("<?php /* äöü */ define( 'A', 'ß' );");
  const [, statement = null] = [null, ...childrenOf(parsePhpFile(source)._unsafeUnwrap(), 'children')].slice(-2);
  const call = statement === null ? null : childOf(statement, 'expression');
  const [, value = null] = call === null ? [] : childrenOf(call, 'arguments');
  expect(nameOf(call === null ? null : childOf(call, 'what'))).toBe('define');
  expect(source.toString('utf8', value?.start, value?.end)).toBe("'ß'");
});

test('offsets and lines of a body do not count the open tag', () => {
  const body = Buffer.from("\n$a = 'x';");
  const [statement = null] = childrenOf(parsePhpBody(body)._unsafeUnwrap(), 'children');
  const assign = statement === null ? null : childOf(statement, 'expression');
  expect(assign).toMatchObject({ kind: 'assign', line: 2 });
  const right = assign === null ? null : childOf(assign, 'right');
  expect(body.toString('utf8', right?.start, right?.end)).toBe("'x'");
  expect(assign === null ? null : textOf(assign, 'operator')).toBe('=');
  expect(assign === null ? [] : everyChild(assign).map(({ kind }) => kind)).toEqual(['variable', 'string']);
});

test('code that does not parse is refused with its line and without the code', () => {
  const refused = parsePhpBody(Buffer.from("$a = 1;\n$password = 'hunter2' (;"))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'PHP_UNREADABLE', line: 2 });
  expect(refused.message).not.toContain('hunter2');
});

test('code that is nested too deeply is unreadable and does not overflow the stack', () => {
  const deep = Buffer.from(`$a = ${'['.repeat(5000)}${']'.repeat(5000)};`);
  expect(parsePhpBody(deep)._unsafeUnwrapErr().code).toBe('PHP_UNREADABLE');
});
