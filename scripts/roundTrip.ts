/**
 * Reads and prints generated unit files, and edits those that are safe to edit there and back: every byte must come
 * out as it went in. The same number gives the same files. Usage: `npx tsx scripts/roundTrip.ts [N]`.
 */
import { generatedUnits, wrongIn } from '../test/systemd/support/generatedUnits.js';

const wanted = Number(process.argv[2] ?? 100_000);
const started = performance.now();
let bytes = 0;
let editable = 0;
let done = 0;
for (const unit of generatedUnits(wanted)) {
  const { wrong, edited } = wrongIn(unit);
  if (wrong !== null) {
    console.error(`${wrong}: ${JSON.stringify(unit.toString('latin1'))}`);
    process.exitCode = 1;
    break;
  }
  done += 1;
  bytes += unit.length;
  if (edited) editable += 1;
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${done} of ${wanted} files with ${bytes} bytes came out as they went in, ${editable} of them edited there and back, in ${seconds} s`,
);
