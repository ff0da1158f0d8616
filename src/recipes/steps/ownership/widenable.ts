/**
 * Whether a group-write pass may widen this entry. False for what steers the agent, the web server or PHP, for version
 * control with all that is in it, for the managed mu-plugins, which have a step of their own, and for files that hold
 * secrets by what they are: a configuration with credentials, a dump, a private key.
 *
 * A word in a path says nothing: code that deals with secrets is code (`SecretRedactor.php`), and WordPress refuses to
 * update a plugin of which it cannot write every file. What is private by its mode is the sweep's own judgement.
 *
 * @param path - relative to what is opened; of the components above the last, only directories of tools count
 * @param type - of the entry; a directory is never a secret by its name
 */
export function widenable(path: Buffer, type = 'file'): boolean {
  const names = path.toString('latin1').split('/');
  const name = names.at(-1) ?? '';
  if (names.some((one) => TOOL_DIRECTORY.test(one))) return false;
  return type === 'directory' || TEMPLATE.test(name) || !KEPT_FILES.some((pattern) => pattern.test(name));
}

const TOOL_DIRECTORY = /^\.(git|svn|hg|ssh|opencode|claude|codex)$/i;

/** An example of a configuration, and certificates, which are public. */
const TEMPLATE =
  /^\.env\.(example|sample|dist|template)$|(^|[-_.])(ca|cacert|cert|certificate|chain|fullchain|bundle|roots)s?\.pem$/i;

const KEPT_FILES: readonly RegExp[] = [
  /^wp-config.*\.php/i,
  /^wp-coding-agents-.*\.php$/,
  /^wca-.*\.php$/,
  /^\.(htaccess|htpasswd|user\.ini)$/i,
  /^\.env(\..*)?$/i,
  // As the agent looks for them: `docs/agents.md` is documentation.
  /^(AGENTS\.md|CLAUDE\.md|opencode\.jsonc?)$/,
  /^(auth\.json|id_(rsa|dsa|ecdsa|ed25519)|client_secret.*\.json)$/i,
  /\.(sql|sqlite3?|db|dump)(\.(gz|bz2|xz|zst|zip))?$/i,
  /\.(pem|key|p12|pfx)$/i,
  /(^|[-_.])(secrets?|credentials?|passwords?|passwd)(\.(txt|json|ya?ml|ini|conf|cfg|toml|csv|xml|bak|old))?$/i,
];
