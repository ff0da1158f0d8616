import { diagnoseHost } from '../../recipes/diagnosis/index.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exitCodes.js';
import { diagnosisRecord, renderDiagnosis } from '../render/renderDiagnosis.js';

export const doctor = defineCommand({
  usage: ['[--site PATH] [--unit UNIT]'],
  options: [
    { name: 'site', value: 'PATH', help: 'only this site, and the instances that work on it' },
    { name: 'unit', value: 'UNIT', help: 'only this instance, and its site' },
  ],
  operands: { min: 0, max: 0 },
  notes: [
    'Only reads. Without an option: every kimaki instance of this host, and the sites they work on.',
    'Exit status 0: nothing is broken, whatever is a risk. 1: something is broken. 66: no such site or unit.',
    '77: nothing broken was found, but parts of it only root can look at. What was not checked is never called fine.',
  ],
  async run(context) {
    const site = context.path('site');
    if (site.isErr()) return context.fail(site.error);
    const unit = context.value('unit');
    const diagnosis = await diagnoseHost({
      ...(site.value === undefined ? {} : { site: site.value }),
      ...(unit === undefined ? {} : { unit }),
    });
    if (diagnosis.isErr()) {
      const { error } = diagnosis;
      return error.code === 'NOT_A_SITE' ? context.fail(error, EXIT.notFound) : context.fail(error);
    }
    context.output.record(diagnosisRecord(diagnosis.value));
    renderDiagnosis(context.output, diagnosis.value);
    const { ok, subjects } = diagnosis.value;
    if (!ok) return EXIT.no;
    const isWhole = subjects.every(({ notChecked }) => notChecked.length === 0);
    return isWhole || process.geteuid?.() === 0 ? EXIT.done : EXIT.needsRoot;
  },
});
