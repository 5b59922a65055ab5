import { SetupError } from '../../support/errors.ts'

/**
 * Refuses browser mode, because a browser has no Unix sockets.
 *
 * @param browser the option `test.browser` of a project
 * @throws SetupError BROWSER_MODE if it is enabled
 */
export function refuseBrowser(browser: { enabled?: boolean } | undefined): void {
  if (!browser?.enabled) return
  throw new SetupError(
    'BROWSER_MODE',
    'vitest-environment-python does not work in browser mode: a browser has no Unix sockets. ' +
      'Move the tests that need Python to a project without browser mode.',
  )
}
