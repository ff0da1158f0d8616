const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, so that the command can stop at a safe point. From then on the signals
 * do what they always do: a second Ctrl-C ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    for (const name of SIGNALS) process.off(name, stop);
    controller.abort(signal);
  };
  for (const name of SIGNALS) process.on(name, stop);
  return controller.signal;
}
