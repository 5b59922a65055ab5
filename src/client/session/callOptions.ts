/** An array for positional arguments, an object for keyword arguments. */
export type Arguments = readonly unknown[] | Readonly<Record<string, unknown>>

export interface CallOptions {
  /**
   * Milliseconds after which Python is interrupted (`KeyboardInterrupt`, `CancelledError` in a coroutine)
   * and the call fails with a `PythonTimeoutError`. Default: none of its own.
   */
  timeout?: number
  /** Interrupts Python when it aborts. Default: the signal of the test, where the runner has one. */
  signal?: AbortSignal
}
