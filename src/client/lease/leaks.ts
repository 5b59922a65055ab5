/** The member of a file's `meta` that tells Vitest's main process which of its tests have left processes. */
export const LEAKS_KEY = 'pythonLeaks'

/** A test that has ended, and its error. */
export interface LeakOfTest {
  /** ID of Vitest's task. */
  readonly test: string
  readonly error: { readonly name: string; readonly message: string; readonly stack: string }
}
