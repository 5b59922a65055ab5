import { safeLines } from '../../support/text/safeText.ts'

let isPrinted = false

/**
 * Runs code that uses the OpenTelemetry of the user. Its errors must not change how a test ends, so the first one is printed
 * and the others are dropped.
 *
 * @returns `undefined` if it has thrown
 */
export function guarded<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch (error) {
    if (!isPrinted) print(error)
    return undefined
  }
}

function print(error: unknown): void {
  isPrinted = true
  try {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const head = 'OpenTelemetry has thrown an error, so traces or metrics are incomplete:'
    console.error(safeLines(`${head}\n${text}`))
  } catch {
    // The test may have replaced the console.
  }
}
