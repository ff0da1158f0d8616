/** What a file that is written whole will hold, in the form of a diff; for a plan, so no secrets. */
export function newFileDiff(path: string, content: string): string {
  const lines = content.replace(/\n$/, '').split('\n');
  return [`+++ ${path}`, ...lines.map((line) => `+${line}`), ''].join('\n');
}
