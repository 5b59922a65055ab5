/** The part of a jest-circus test that is used here. */
export interface CircusTest {
  name: string
  parent?: CircusBlock
  concurrent?: boolean
  /** What fails it. Jest reads them when the whole file has ended. */
  errors?: unknown[]
  fn?: (...args: unknown[]) => unknown
  /** Milliseconds, if it has a limit of its own. */
  timeout?: number
}

/** The part of a jest-circus hook that is used here. */
export interface CircusHook {
  /** Milliseconds, if it has a limit of its own. */
  timeout?: number
}

interface CircusBlock {
  name: string
  parent?: CircusBlock
}

/** The part of jest-circus's state that is used here. */
export interface CircusState {
  /** Errors of the file that belong to no test. */
  unhandledErrors: unknown[]
}
