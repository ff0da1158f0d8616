import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { join } from 'node:path';
import { bridgeNamed, channelLabel } from '../../kimaki/bridges/index.js';
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
 * A named instance has an entry of its own (`bridge:kimaki-NAME`) or shares the plain one of its bridge.
 */
export function readChannel(
  muPluginsDir: string,
  instance: Pick<KimakiInstance, 'bridge' | 'name'>,
): ResultAsync<RegisteredChannel | null, ReadFileError | BlockError | ChannelError> {
  return new ResultAsync(read(join(muPluginsDir, CHANNELS_FILE), instance));
}

async function read(
  file: string,
  { bridge: name, name: instance }: Pick<KimakiInstance, 'bridge' | 'name'>,
): Promise<Result<RegisteredChannel | null, ReadFileError | BlockError | ChannelError>> {
  const source = await readRegularFile(file);
  if (source.isErr()) return source.error.code === 'NOT_FOUND' ? ok(null) : err(source.error);
  const { bytes } = source.value;
  const blocks = listBlocks(bytes);
  if (blocks.isErr()) return err(blocks.error);
  const names = blocks.value.map(({ label }) => label);
  const bridge = bridgeNamed(name);
  const label = [channelLabel(bridge, instance ?? ''), channelLabel(bridge, '')].find((each) => names.includes(each));
  if (label === undefined) return ok(null);
  return getBlock(bytes, label)
    .andThen(({ body }): Result<CliChannel, ChannelError | BlockError> => readCliChannel(body))
    .map((entry) => ({ file, label, entry, bytes }));
}
