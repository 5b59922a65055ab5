/** The arguments of a call: an array for positional arguments, an object for keyword arguments. */
export type Arguments = readonly unknown[] | Readonly<Record<string, unknown>>

/** Options of one call. */
export interface CallOptions {
  /**
   * Milliseconds after which Python is interrupted (`KeyboardInterrupt`, `CancelledError` in a coroutine)
   * and the call fails with a {@link PythonTimeoutError}.
   *
   * @default no time limit
   */
  readonly timeout?: number
  /**
   * Interrupts Python when it aborts.
   *
   * @default the signal of the test, if the runner has one
   */
  readonly signal?: AbortSignal
}
