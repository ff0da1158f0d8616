import { expect, test } from 'vitest';
import {
  readRuntimeSignature,
  renderRuntimeSignature,
} from '../../../../src/wordpress/blocks/entries/runtimeSignature.js';

test('a signature that is rendered reads back as itself', () => {
  const signature = { id: 'kimaki', variables: { session_id: 'KIMAKI_SESSION_ID', thread_id: "it's" } };
  const body = renderRuntimeSignature(signature)._unsafeUnwrap();
  expect(body).toBe("    $signatures['kimaki'] = [ 'session_id' => 'KIMAKI_SESSION_ID', 'thread_id' => 'it\\'s' ];\n");
  expect(readRuntimeSignature(body)._unsafeUnwrap()).toEqual(signature);
});

test.each(["$signatures['x'] = [ 'a' => 1 ];", "$channels['x'] = [];", "$signatures['x'] = [ 'A' ];"])(
  '%s is refused',
  (body) => {
    expect(readRuntimeSignature(body)._unsafeUnwrapErr().code).toBe('NOT_A_CHANNEL');
  },
);
