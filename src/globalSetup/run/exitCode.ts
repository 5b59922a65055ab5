/**
 * Fails the process if it exits, however that happens, before a verdict was reached. An exit code is the only thing
 * that every Vitest version heeds: 4.1 prints an error that a teardown throws and exits with 0, and a teardown whose
 * promise never settles, or a `process.exit()` of somebody else, is passed over in silence. A code that says failure
 * already, such as an interrupted runner's, stays.
 *
 * @returns ends the watch; with `true`, the process fails
 */
export function failUnlessDecided(): (failed: boolean) => void {
  const undecided = () => fail()
  process.once('exit', undecided)
  return (failed) => {
    process.off('exit', undecided)
    if (!failed) return
    fail()
    // Still watched over: Jest's `--forceExit` and the `q` of its watch mode exit with 0. Once, however many runs fail.
    process.off('exit', fail)
    process.once('exit', fail)
  }
}

function fail(): void {
  process.exitCode ||= 1
}

/**
 * Runs a teardown to its end.
 *
 * @param teardown resolves to whether the run must fail
 * @returns whether it must, which it does too where the teardown throws
 */
export async function holdExitCode(teardown: () => Promise<boolean>): Promise<boolean> {
  const decide = failUnlessDecided()
  // Keeps the event loop alive: with unref'd handles only, Node would end in the middle.
  const alive = setInterval(() => {}, 60_000)
  try {
    const failed = await teardown()
    decide(failed)
    return failed
  } catch (error) {
    console.error(error)
    decide(true)
    return true
  } finally {
    clearInterval(alive)
  }
}
