import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs a function outside of the asynchronous context of the running test. A connection that outlives the test must be
 * made there: it would keep the values that the runner stores in that context, and with it the globals of a test file of Jest.
 *
 * Import this module where no test is running.
 */
export const outside: <T>(work: () => T) => T = AsyncLocalStorage.snapshot()
