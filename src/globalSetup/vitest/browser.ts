import { SetupError } from '../../support/errors.ts'

/**
 * A browser has no Unix sockets.
 *
 * @param browser the option `test.browser` of a project
 * @throws SetupError BROWSER_MODE where it is enabled
 */
export function refuseBrowser(browser: { enabled?: boolean } | undefined): void {
  if (!browser?.enabled) return
  throw new SetupError(
    'BROWSER_MODE',
    'vitest-environment-python cannot serve tests in the browser, which has no Unix sockets; ' +
      'keep the tests that need Python in a project without browser mode.',
  )
}
