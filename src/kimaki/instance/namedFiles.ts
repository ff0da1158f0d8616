import { normalize } from 'node:path';
import { bridgeNamed } from '../bridges/index.js';
import type { InstanceDescription } from './describeInstance.js';

/** A file that a variable of the unit names. */
export interface NamedFile {
  readonly variable: string;
  readonly path: string;
  readonly isSecret: boolean;
}

/** The files that the bridge is told of by variables, with secrets or without; a relative path is none. Pure. */
export function namedFiles({
  bridge,
  environment,
}: Pick<InstanceDescription, 'bridge' | 'environment'>): readonly NamedFile[] {
  const { secretFiles, files } = bridgeNamed(bridge).variables;
  return Object.entries(environment).flatMap(([variable, value]) => {
    const isSecret = secretFiles?.test(variable) === true;
    if (!isSecret && !files.includes(variable)) return [];
    const paths = isSecret ? [value] : value.split(',');
    return paths
      .map((path) => path.trim())
      .filter((path) => path.startsWith('/'))
      .map((path) => ({ variable, path: normalize(path), isSecret }));
  });
}
