/** One sample of something, in the unit that its figure has. */
export type Sample = () => Promise<number>

/**
 * Takes `rounds` samples of each contestant, one of each in every round, so that whatever else the machine does hits
 * all of them alike. The first round warms up and does not count.
 */
export async function interleave<Name extends string>(
  rounds: number,
  contestants: Record<Name, Sample>,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Sample>(contestants) as [Name, Sample][]
  const samples = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round <= rounds; round++) {
    // Every other round backwards: nobody always comes after the same neighbour.
    for (const [name, sample] of round % 2 === 0 ? entries : entries.toReversed()) {
      const value = await sample()
      if (round > 0) samples[name].push(value)
    }
  }
  return samples
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
