import { keepAlive } from '../../support/keepAlive.ts'
import { announce } from './output.ts'

/**
 * Fails the process if it exits for any reason before there is a verdict. Only an exit code works with every Vitest
 * version: 4.1 prints an error that a teardown throws, but exits with 0, and all versions ignore a teardown whose promise
 * never settles, or a `process.exit()` in other code. An exit code that already means failure, such as that of an
 * interrupted runner, stays.
 *
 * @returns ends the watch; the process fails if you pass `true`
 */
export function failUnlessDecided(): (failed: boolean) => void {
  const undecided = () => fail()
  process.once('exit', undecided)
  return (failed) => {
    process.off('exit', undecided)
    if (!failed) return
    fail()
    // The listener stays, because Jest's `--forceExit` and the `q` of its watch mode exit with 0. One is enough.
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
 * @returns whether the run must fail; `true` if the teardown throws
 */
export async function holdExitCode(teardown: () => Promise<boolean>): Promise<boolean> {
  const decide = failUnlessDecided()
  try {
    const failed = await keepAlive(teardown)
    decide(failed)
    return failed
  } catch (error) {
    announce((error as Error)?.stack ?? String(error))
    decide(true)
    return true
  }
}
