/** Takes one sample, in the unit of its figure. */
export type Sample = () => Promise<number>

/**
 * Takes `rounds` samples of each contestant, one of each in every round, so that other load on the machine affects
 * all of them equally. The first round is a warm-up and doesn't count.
 */
export async function interleave<Name extends string>(
  rounds: number,
  contestants: Record<Name, Sample>,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Sample>(contestants) as [Name, Sample][]
  const samples = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round <= rounds; round++) {
    // Alternates the direction, so that no contestant always follows the same neighbour.
    for (const [name, sample] of round % 2 === 0 ? entries : entries.toReversed()) {
      const value = await sample()
      if (round > 0) samples[name].push(value)
    }
  }
  return samples
}

/** Measures `work` in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
