type Reporter = Record<string, unknown>

/** The arguments that one reporter gets instead of `args`; `undefined` if it gets them as they are. */
export type Adapt = (reporter: object, args: readonly unknown[]) => readonly unknown[] | undefined

/** Calls `report`, which calls this method of all reporters, and meanwhile gives some of them other arguments. */
export async function withAdapted(
  reporters: readonly object[],
  { event, adapt }: { event: string; adapt: Adapt },
  report: () => Promise<void>,
): Promise<void> {
  const adapted = (reporters as Reporter[]).filter((one) => replace(one, event, adapt))
  try {
    await report()
  } finally {
    // Their classes have the methods.
    for (const reporter of adapted) delete reporter[event]
  }
}

/** @returns whether the reporter is of a class that has the method */
function replace(reporter: Reporter, event: string, adapt: Adapt): boolean {
  const method = reporter[event]
  if (typeof method !== 'function' || Object.hasOwn(reporter, event)) return false
  reporter[event] = (...args: unknown[]) => method.apply(reporter, adapt(reporter, args) ?? args)
  return true
}

/** Whether a value is of the class with this name, or of one below it. */
export function isA(value: object, className: string): boolean {
  for (let at: object | null = value; at; at = Object.getPrototypeOf(at)) {
    if (at.constructor.name === className) return true
  }
  return false
}
