/** Carries what a caller's callback threw through code that turns exceptions into errors. */
class CallbackThrew extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('a callback threw');
    this.thrown = thrown;
  }
}

/** A callback of the caller, whose exceptions {@link rethrowCallback} tells from ours. */
export function guarded<A extends readonly unknown[], R>(callback: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return callback(...args);
    } catch (cause) {
      throw new CallbackThrew(cause);
    }
  };
}

/** Throws what a guarded callback threw, as the caller threw it; does nothing about anything else. */
export function rethrowCallback(cause: unknown): void {
  if (cause instanceof CallbackThrew) throw cause.thrown;
}
