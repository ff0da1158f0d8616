import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { join } from 'node:path';
import { bridgeNamed, channelLabel } from '../../kimaki/bridges/index.js';
import { sudoHopPaths } from '../../kimaki/dispatch/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { CHANNELS_FILE, getBlock, listBlocks, readCliChannel } from '../../wordpress/blocks/index.js';
import type { BlockError, ChannelError, CliChannel } from '../../wordpress/blocks/index.js';

/** A registered channel, where it stands, and the file's bytes. */
export type RegisteredChannel = {
  readonly file: string;
  readonly label: string;
  readonly entry: CliChannel;
  readonly bytes: Buffer;
};

/**
 * The channel an instance is registered as in the managed mu-plugin, or null when there is none.
 *
 * A named instance has an entry of its own (`bridge:kimaki-NAME`), or the plain one of its bridge, as the installer writes it,
 * unless that one belongs to another instance that works on the same site.
 *
 * @param neighbours - the other instances in use
 */
export function readChannel(
  muPluginsDir: string,
  instance: ChannelOwner,
  neighbours: readonly ChannelOwner[] = [],
): ResultAsync<RegisteredChannel | null, ReadFileError | BlockError | ChannelError> {
  return new ResultAsync(read(join(muPluginsDir, CHANNELS_FILE), instance, neighbours));
}

/** What tells whose a channel is. @inline */
type ChannelOwner = Pick<KimakiInstance, 'bridge' | 'name' | 'site' | 'dataDir'>;

/** The plain entry is another instance's where that one has no name of its own, or the entry leads to it. */
function isAnothers(
  { entry }: RegisteredChannel,
  instance: ChannelOwner,
  neighbours: readonly ChannelOwner[],
): boolean {
  const { dataDir } = bridgeNamed(instance.bridge).variables;
  return neighbours.some(
    (one) =>
      one.bridge === instance.bridge &&
      one.site === instance.site &&
      (one.name === '' ||
        entry.command === sudoHopPaths(one.name ?? '').wrapper ||
        (dataDir !== null && entry.env?.[dataDir] === one.dataDir && one.dataDir !== instance.dataDir)),
  );
}

async function read(
  file: string,
  owner: ChannelOwner,
  neighbours: readonly ChannelOwner[],
): Promise<Result<RegisteredChannel | null, ReadFileError | BlockError | ChannelError>> {
  const source = await readRegularFile(file);
  if (source.isErr()) return source.error.code === 'NOT_FOUND' ? ok(null) : err(source.error);
  const { bytes } = source.value;
  const blocks = listBlocks(bytes);
  if (blocks.isErr()) return err(blocks.error);
  const names = blocks.value.map(({ label }) => label);
  const bridge = bridgeNamed(owner.bridge);
  const own = channelLabel(bridge, owner.name ?? '');
  const label = [own, channelLabel(bridge, '')].find((each) => names.includes(each));
  if (label === undefined) return ok(null);
  return getBlock(bytes, label)
    .andThen(({ body }): Result<CliChannel, ChannelError | BlockError> => readCliChannel(body))
    .map((entry) => ({ file, label, entry, bytes }))
    .map((found) => (label !== own && isAnothers(found, owner, neighbours) ? null : found));
}
