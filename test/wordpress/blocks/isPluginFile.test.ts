import { expect, test } from 'vitest';
import { CHANNELS_FILE, emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { isPluginFile } from '../../../src/wordpress/blocks/isPluginFile.js';

test.each([
  ['a header', '<?php\n/**\n * Plugin Name: Transport\n */\n', true],
  ['a header in one line', '<?php /* Plugin Name: Transport */\n', true],
  ['only a managed region', '<?php\n    // BEGIN bridges\n    // END bridges\n', true],
  [`a new ${CHANNELS_FILE}`, emptyManagedFile('bridge').toString(), true],
  ['a dump', "-- MySQL dump\nINSERT INTO users VALUES ('Plugin Name: x');\n", false],
  ['the configuration of a site', "<?php\ndefine( 'DB_PASSWORD', 'x' );\n", false],
  ['a header after the first 8 KiB', `<?php\n${'// x\n'.repeat(2000)}// Plugin Name: late\n`, false],
  ['nothing', '', false],
])('%s', (_what, content, expected) => {
  expect(isPluginFile(Buffer.from(content))).toBe(expected);
});
