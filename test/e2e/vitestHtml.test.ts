import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, launchBrowser } from '../support/browser.ts'
import { withVitest } from '../support/runVitest.ts'
import { withServer } from '../support/serve.ts'
import { covering } from '../support/versions.ts'

if (!chromiumPath)
  console.warn(
    "No chromium: Vitest's HTML report is not tested. Install it (apt-get install chromium) or set CHROMIUM.",
  )

/** The leaking tests: of a fixture, of the environment `python` after a retry, and of a shared worker. */
const LEAKS = {
  'leaks a child': ['leaks.test.ts:13:', 'had ended'],
  'leaks in the environment': ['environment.test.ts:9:', 'after the Python worker had ended'],
  'leaks at its second try in the environment': [
    'environment.test.ts:15:',
    'after the Python worker had ended',
  ],
  'leaks in a shared worker': ['shared.test.ts:10:', 'when all tests had ended'],
} as const

// Vitest's UI is the same program with the same data: it gets them from a socket instead of a file.
describe.runIf(chromiumPath).each(covering)('the HTML report of Vitest %s', (version) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  /** The report of a test, as it is shown after a click on its name. */
  async function reportOf(page: Page, name: string): Promise<string> {
    await page.getByText(name, { exact: true }).first().click()
    const report = page.getByTestId('report')
    await report.waitFor()
    return report.innerText()
  }

  test('shows the error of a leak and its frame on the line of the test', async () => {
    // Vitest 3.2 shows no frame of any failing test in the HTML report if another reporter hasn't looked for them first.
    const reporters = ['--reporter=default', '--reporter=html']
    const args = [...reporters, 'leaks', 'environment', 'shared', '-t', 'leaks a child|is fine|leaks (at|in)']
    await withVitest({ version, fixture: 'blame', args }, async (vitest) => {
      expect((await vitest.ended).exitCode).toBe(1)
      const directory = version.startsWith('5') ? '.vitest' : 'html'
      await withServer(join(vitest.directory, directory), async (url) => {
        const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } })
        await page.goto(url)
        for (const [name, [place, when]] of Object.entries(LEAKS)) {
          // On a busy machine, the page shows every test as passed for a moment.
          const message = /This test left a process behind:\n +pid \d+ \(sleep 301\)/
          let report = ''
          const look = async () => {
            report = await reportOf(page, name)
            return report
          }
          await expect.poll(look, { timeout: 20_000, message: name }).toMatch(message)
          expect(report).toContain(when)
          expect(report).toContain(place)
        }
        expect(await reportOf(page, 'is fine in a shared worker')).not.toContain('behind')
      })
    })
  })
})
