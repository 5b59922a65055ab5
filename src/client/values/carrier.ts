/** What a session lends the codec: what cannot cross by value. */
export interface Carrier {
  /** @returns the number under which Python calls it back */
  exportFunction(fn: (...args: never[]) => unknown): number
  /** @returns the number under which Python iterates over it */
  exportIterable(iterable: AsyncIterable<unknown> | Iterable<unknown>): number
  /**
   * The number of a handle; `undefined` for anything else. Throws when the handle is another lease's.
   * Asked for functions and for objects that are neither arrays nor plain, so a handle must be one of those.
   */
  handleId(value: object): number | undefined
  /**
   * Makes the handle of something that stays in Python.
   *
   * @param type qualified: `sklearn.linear_model.LinearRegression`
   * @param text a short `repr`
   */
  importHandle(id: number, type: string, text: string): unknown
  /** @returns a descriptor for the other side's `import_buffer`; `undefined`: send the bytes in the message */
  exportBuffer?(bytes: Uint8Array): Uint8Array | undefined
  /** @returns memory of its own: nothing else reads or writes it. Throws when the descriptor leads nowhere. */
  importBuffer?(descriptor: Uint8Array): Uint8Array
}

/** Bytes from which on a buffer, or a whole message, is offered to the carrier. */
export const BIG = 256 * 1024
