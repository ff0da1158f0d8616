/** Changing owners and users needs root: tests that do so are left out elsewhere, but never where CI=true. */
export const asRoot = process.geteuid?.() === 0 || process.env['CI'] === 'true';
