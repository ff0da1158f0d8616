/** Only what scripts/test.mjs uses; the package has no types of its own. */
declare module 'npm-run-all2' {
  export default function runAll(
    pattern: string,
    options: object,
  ): Promise<readonly { readonly name: string; readonly code: number }[]>;
}
