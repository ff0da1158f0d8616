/** What a channel's arguments may ask for. */
export interface DispatchTokens {
  readonly recipient: string;
  readonly message: string;
  readonly conversationId?: string;
  readonly channel: string;
}

/**
 * Fills `{recipient}`, `{message}`, `{conversation_id}` and `{channel}` into a channel's arguments, each once.
 *
 * What a token stands for is not searched again, so a message that contains `{recipient}` is delivered as it is.
 * Other braces stay. It is what the CLI transport of data-machine-code does before `proc_open`.
 */
export function substituteTokens(args: readonly string[], tokens: DispatchTokens): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    '{recipient}': tokens.recipient,
    '{message}': tokens.message,
    '{conversation_id}': tokens.conversationId ?? '',
    '{channel}': tokens.channel,
  };
  return args.map((arg) =>
    arg.replace(/\{(recipient|message|conversation_id|channel)\}/g, (token) => values[token] ?? token),
  );
}
