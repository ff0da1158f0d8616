// Compares what each subpath exports (in dist) with the committed report in etc/api. With --update (npm run api) it
// writes the reports instead. A change of the public interface thus shows in every diff that makes one.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { createTwoFilesPatch } from 'diff';
import { ENTRIES } from './entries.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORTS = join(ROOT, 'etc/api');
const FRESH = join(ROOT, 'temp/api');
const update = process.argv.includes('--update');

mkdirSync(REPORTS, { recursive: true });
const changed = ENTRIES.filter((entry) => {
  const done = Extractor.invoke(configFor(entry), {
    localBuild: update,
    messageCallback: (message) => {
      // What is said on the console is in the report, or is about a version of TypeScript.
      if (message.logLevel !== ExtractorLogLevel.Error) message.logLevel = ExtractorLogLevel.None;
    },
  });
  return done.apiReportChanged || !done.succeeded;
});
for (const entry of changed) {
  const name = reportName(entry);
  console.log(
    update ? `written: etc/api/${name}` : `etc/api/${name} is not what dist exports; if that is meant: npm run api`,
  );
  if (!update) console.log(createTwoFilesPatch('committed', 'exported', read(REPORTS, name), read(FRESH, name)));
}
process.exitCode = changed.length > 0 && !update ? 1 : 0;

/** @param {string} entry */
function configFor(entry) {
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObjectFullPath: join(ROOT, 'api-extractor.json'),
    configObject: {
      projectFolder: ROOT,
      newlineKind: 'lf',
      mainEntryPointFilePath: join(ROOT, `dist/${entry}/index.d.ts`),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            strict: true,
            types: ['node'],
          },
          include: [`dist/${entry}/index.d.ts`],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: reportName(entry),
        reportFolder: REPORTS,
        reportTempFolder: FRESH,
        reportVariants: ['complete'],
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        // A type of another subpath counts as forgotten here; typedoc, which sees all of them, finds the real ones.
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}

/**
 * @param {string} folder
 * @param {string} name
 */
function read(folder, name) {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** @param {string} entry */
function reportName(entry) {
  return `${entry.replaceAll('/', '.')}.api.md`;
}
