/**
 * Runs a teardown such that a run whose teardown does not come to its end, however that happens, exits with 1.
 * An exit code is the only thing that every Vitest version heeds: 4.1 prints an error that a teardown throws
 * and exits with 0, and one whose promise never settles is passed over in silence.
 *
 * @param teardown resolves to whether the run must fail
 */
export async function holdExitCode(teardown: () => Promise<boolean>): Promise<void> {
  const before = process.exitCode
  process.exitCode = 1
  // Keeps the event loop alive: with unref'd handles only, Node would end in the middle.
  const alive = setInterval(() => {}, 60_000)
  try {
    if (!(await teardown())) process.exitCode = before
  } catch (error) {
    console.error(error)
  } finally {
    clearInterval(alive)
  }
}
