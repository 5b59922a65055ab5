/** The place of a call in the test. Its text is made when it is read: that takes longer than the rest of a call. */
export interface Caller {
  readonly stack?: string
}

/** V8 adds a stack to an instance of a class faster than to a literal. */
class CapturedCaller implements Caller {
  declare readonly stack?: string
}

/** The place that called `below`, for an error that comes later. */
export function callerOf(below: (...args: never[]) => unknown): Caller {
  const caller = new CapturedCaller()
  Error.captureStackTrace(caller, below)
  return caller
}
