export { clearAbandoned } from './clearAbandoned.js';
export { makeDirectory } from './makeDirectory.js';
export type { ExistsDifferently, MakeDirectoryError } from './makeDirectory.js';
export { readRegularFile } from './readRegularFile.js';
export type { FileTooLarge, NotARegularFile, ReadFileError, RegularFile } from './readRegularFile.js';
export { removeFile } from './removeFile.js';
export type { RemoveFileError } from './removeFile.js';
export { replaceFile } from './replaceFile.js';
export type { ReplaceFileError, ReplaceFileOptions } from './replaceFile.js';
