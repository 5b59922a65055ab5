/**
 * Runs a function that makes errors in reserve, which record no stack then. The stack of an error keeps the functions on
 * it until it is read, and with them the globals of a test file of Jest. Reading it loads the source maps of all its
 * files.
 */
export function withoutStack<T>(work: () => T): T {
  const { stackTraceLimit } = Error
  // Not by assignment, which throws under `node --frozen-intrinsics`.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return work()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
