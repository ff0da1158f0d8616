import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteString,
  components,
  joinPath,
  nodePath,
  parentPath,
  shownPath,
  toBytes,
  utf8Text,
} from '../../../src/posix/paths/bytePath.js';

describe('bytePath', () => {
  it('keeps every byte, and knows which are UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
        const bytes = Buffer.from(array);
        const path = byteString(bytes);
        expect(toBytes(path)).toEqual(bytes);
        expect(Buffer.from(nodePath(path))).toEqual(bytes);
        const text = utf8Text(path);
        if (text !== null) expect(Buffer.from(text)).toEqual(bytes);
      }),
    );
    expect([utf8Text(byteString('é…')), utf8Text('\xff')]).toEqual(['é…', null]);
    expect([shownPath('\xff'), shownPath(byteString('é'))]).toEqual(['\\xff', 'é']);
  });

  it('takes paths apart and puts them together by whole names', () => {
    expect(components('//a/./b//')).toEqual(['a', '.', 'b']);
    expect([joinPath('', 'a'), joinPath('/', 'a'), joinPath('a', 'b')]).toEqual(['a', '/a', 'a/b']);
    expect(['/a/b', '/a', 'a/b', 'a', ''].map(parentPath)).toEqual(['/a', '/', 'a', '', '']);
  });
});
