/** The codec's access to the session that a value belongs to: it carries functions, iterables, references and big buffers. */
export interface Carrier {
  /** @returns the number by which Python calls the function */
  exportFunction(fn: (...args: never[]) => unknown): number
  /** @returns the number by which Python iterates over it */
  exportIterable(iterable: AsyncIterable<unknown> | Iterable<unknown>): number
  /**
   * The number of a reference; `undefined` for anything else.
   * Asked for functions, and for objects that are neither arrays nor plain, so a reference must be one of those.
   *
   * @throws TypeError if the reference belongs to another lease
   */
  referenceId(value: object): number | undefined
  /**
   * Makes the reference to an object that stays in Python.
   *
   * @param type qualified: `sklearn.linear_model.LinearRegression`
   * @param text a short `repr`
   * @param reason why it stays; `undefined` if the test asked for that
   */
  importReference(id: number, type: string, text: string, reason?: string): unknown
  /** @returns a descriptor for the other side's `import_buffer`; `undefined` to send the bytes in the message */
  exportBuffer?(bytes: Uint8Array): Uint8Array | undefined
  /**
   * @returns memory of its own: nothing else reads or writes it
   * @throws Error if the descriptor leads nowhere
   */
  importBuffer?(descriptor: Uint8Array): Uint8Array
}

/** Bytes from which a buffer, or a whole message, is offered to the carrier. */
export const BIG = 256 * 1024
