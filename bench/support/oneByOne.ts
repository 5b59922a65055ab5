/** Calls one after another. @returns microseconds per call */
export async function oneByOne(count: number, call: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  for (let n = 0; n < count; n++) await call()
  return ((performance.now() - began) * 1000) / count
}
