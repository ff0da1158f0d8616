export { decodeNode, decodePhpValue } from './decodePhpValue.js';
export { encodePhpValue } from './encodePhpValue.js';
export { lintPhp } from './lintPhp.js';
export type { PhpLintError, PhpMissing, PhpSyntax } from './lintPhp.js';
export { childOf, childrenOf, parsePhpBody, parsePhpFile, textOf } from './phpAst.js';
export type { PhpNode, PhpUnreadable } from './phpAst.js';
export type { PhpNotALiteral, PhpUnencodable, PhpValue } from './phpValue.js';
export { readDefines } from './readDefines.js';
export type { PhpDefine, PhpDefines } from './readDefines.js';
