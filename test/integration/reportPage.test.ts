import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { htmlOf, readPage } from '../../src/report/formats/html.ts'
import type { Report } from '../../src/report/model/schema.ts'
import { chromiumPath, launchBrowser, openPage } from '../support/browser.ts'
import { promised } from '../support/patience.ts'
import { largeReport, smallReport } from '../unit/report/sampleReport.ts'

if (!chromiumPath)
  console.warn(
    'No chromium: the page of the HTML report is not tested. Install it (apt-get install chromium) or set CHROMIUM.',
  )

const HOSTILE = '</script><img src=x onerror="document.title=\'owned\'"><b>bold</b> \u2028 <!--'
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }

describe.runIf(chromiumPath)('the page of the HTML report', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vp-'))
  let browser: Browser
  let complaints: string[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(directory, { recursive: true })
  })
  // No error, no violation of the content security policy, no request.
  afterEach(() => expect(complaints).toEqual([]))

  async function open(report: Report, options?: BrowserContextOptions): Promise<Page> {
    const file = join(directory, 'report.html')
    writeFileSync(file, htmlOf(report, await readPage()))
    const opened = await openPage(browser, file, options)
    complaints = opened.complaints
    return opened.page
  }

  /** How many different colors a part of the lanes has. */
  const colors = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.getElementById('lanes')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      const seen = new Set()
      for (let at = 0; at < data.length; at += 4) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2])
      return seen.size
    })()`)

  /** Waits until the lanes are drawn, and tells what they look like. */
  const picture = async (page: Page): Promise<string> => {
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    return page.evaluate(`document.getElementById('lanes').toDataURL()`)
  }

  test('tells the verdict and the facts', async () => {
    const page = await open(smallReport())
    expect(await page.textContent('#verdict')).toBe('✕ orphaned processes')
    const facts = await page.locator('#facts > div').allTextContents()
    expect(facts).toEqual(expect.arrayContaining(['Workers2', 'Crashes1', 'Orphans1', 'Calls31 failed']))
    expect(await page.getAttribute('#lanes', 'aria-label')).toBe('Timeline of 2 workers and 2 leases')
    await picture(page)
    expect(await colors(page)).toBeGreaterThan(10)
  })

  test('a click shows a test with its calls and the Python traceback', async () => {
    const page = await open(smallReport())
    // The first test: between 340 and 900 of 2,000 ms, on the second lane.
    const { width } = (await page.locator('#lanes').boundingBox())!
    const x = 124 + ((width - 124) * (600 + 20)) / 2040
    await page.locator('#lanes').hover({ position: { x, y: 26 + 30 + 25 } })
    expect(await page.textContent('#tooltip')).toContain('counts words')
    await page.locator('#lanes').click({ position: { x, y: 26 + 30 + 25 } })
    const details = page.getByRole('complementary', { name: 'Details' })
    expect(await details.getByRole('heading', { level: 2 }).textContent()).toBe('counts words')
    expect(await details.locator('pre').textContent()).toContain('at parse_age (/app/python/text.py:9:5)')
    await details.getByRole('button', { name: '✕ text.word_counts' }).click()
    expect(await details.getByRole('heading', { level: 2 }).textContent()).toBe('text.word_counts')
  })

  test('the keyboard moves, zooms, selects and clears', async () => {
    const page = await open(largeReport({ workers: 4, leases: 80, calls: 5 }))
    await page.locator('#lanes').focus()
    const pictures = [await picture(page)]
    for (const key of ['+', '+', 'ArrowRight', '-', 'n', 'Enter']) {
      await page.keyboard.press(key)
      pictures.push(await picture(page))
    }
    expect(new Set(pictures).size).toBe(pictures.length)
    expect(await page.textContent('#details h2')).toContain('case 0 of worker 1')
    expect(await page.textContent('#announcer')).toContain('case 0 of worker 1')
    await page.keyboard.press('Escape')
    expect(await page.locator('#details').isHidden()).toBe(true)
    await page.keyboard.press('0')
    expect(await picture(page)).toBe(pictures[0])
    await page.keyboard.press('/')
    expect(await page.evaluate('document.activeElement.id')).toBe('search')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').isVisible()).toBe(true)
  })

  test('wheel and drag zoom and move, and a double-click zooms to a test', async () => {
    const page = await open(largeReport({ workers: 2, leases: 40, calls: 3 }))
    const whole = await picture(page)
    await page.mouse.move(700, 320)
    await page.mouse.wheel(0, -600)
    const zoomed = await picture(page)
    await page.mouse.down()
    await page.mouse.move(500, 320, { steps: 4 })
    await page.mouse.up()
    await page.mouse.move(5, 5)
    const moved = await picture(page)
    await page.getByRole('button', { name: 'Fit' }).click()
    await page.mouse.move(5, 5)
    expect(await picture(page)).toBe(whole)
    expect(new Set([whole, zoomed, moved]).size).toBe(3)
  })

  test('search and file dim the rest, and Enter selects the next match', async () => {
    const page = await open(largeReport({ workers: 2, leases: 40, calls: 3, files: 3 }))
    const all = await picture(page)
    await page.fill('#search', 'CASE 7 ')
    expect(await page.textContent('#matches')).toBe('2 tests')
    expect(await picture(page)).not.toBe(all)
    await page.keyboard.press('Enter')
    expect(await page.textContent('#details h2')).toContain('case 7 of worker 1')
    await page.fill('#search', '')
    await page.selectOption('#file', { label: 'part-2.test.ts' })
    await page.getByRole('tab', { name: 'Tests' }).click()
    const files = await page.locator('#tables tbody td:nth-child(2)').allTextContents()
    expect(new Set(files)).toEqual(new Set(['test/part-2.test.ts']))
  })

  test('tables have names, sort, and lead back to the timeline', async () => {
    const page = await open(largeReport({ workers: 2, leases: 40, calls: 3 }))
    await page.getByRole('tab', { name: 'Functions' }).click()
    const table = page.getByRole('table', { name: 'Functions' })
    await table.getByRole('button', { name: 'Calls' }).click()
    expect(await table.getByRole('columnheader', { name: /Calls/ }).getAttribute('aria-sort')).toBe(
      'descending',
    )
    const calls = (await table.locator('tbody td:nth-child(2)').allTextContents()).map(Number)
    expect(calls).toEqual([...calls].sort((a, b) => b - a))
    await page.keyboard.press('Tab')
    await page.getByRole('tab', { name: 'Tests' }).click()
    await page.locator('#tables tbody button').first().click()
    expect(await page.locator('#timeline').isVisible()).toBe(true)
    expect(await page.locator('#details').isVisible()).toBe(true)
  })

  test('names of tests, output and files are text, whatever they contain', async () => {
    const report = smallReport()
    for (const lease of report.leases) Object.assign(lease, { test: HOSTILE, file: HOSTILE })
    for (const call of report.calls) Object.assign(call, { name: HOSTILE, error: HOSTILE })
    Object.assign(report.orphans[0]!, { command: HOSTILE })
    Object.assign(report.functions[0]!, { name: HOSTILE })
    report.pools[0]!.findings.problems.push(HOSTILE)
    const page = await open(report)
    await page.keyboard.press('n')
    expect(await page.textContent('#details h2')).toBe(HOSTILE)
    for (const tab of ['Tests', 'Functions', 'Calls', 'Orphans']) {
      await page.getByRole('tab', { name: tab }).click()
      expect(await page.textContent('#tables tbody td')).toContain('<img src=x')
    }
    expect(await page.locator('img, b b, main b, script').count()).toBe(2)
    expect(await page.title()).toBe('Python report: orphans')
  })

  test('the policy allows no other script or style', async () => {
    const page = await open(smallReport())
    const blocked = await page.evaluate(`(() => {
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.body.append(script)
      return window.ran !== true
    })()`)
    expect(blocked).toBe(true)
    expect(complaints.splice(0).join()).toContain('Content Security Policy')
  })

  test('100,000 spans load and zoom in no time', async () => {
    const began = performance.now()
    const page = await open(largeReport({ workers: 16, leases: 9_600, calls: 10 }))
    await picture(page)
    // A bound for a busy machine. Alone, it takes less than a second.
    expect(performance.now() - began).toBeLessThan(15_000)
    const drawing = await page.evaluate(`(async () => {
      const began = performance.now()
      for (let n = 0; n < 10; n++) {
        document.querySelector('[data-zoom=in]').click()
        await new Promise(requestAnimationFrame)
      }
      return (performance.now() - began) / 10
    })()`)
    expect(drawing).toBeLessThan(promised(500))
    await page.getByRole('tab', { name: 'Calls' }).click()
    expect(await page.locator('#tables tbody tr').count()).toBe(200)
    await page.getByRole('button', { name: /Show more/ }).click()
    expect(await page.locator('#tables tbody tr').count()).toBe(1_200)
  })

  test('fits a phone', async () => {
    const page = await open(smallReport(), PHONE)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await page.locator('#lanes').tap({ position: { x: 200, y: 80 } })
    const sheet = (await page.locator('#details').boundingBox())!
    expect(sheet.width).toBe(390)
    expect(sheet.y).toBeGreaterThan(200)
    await page.getByRole('button', { name: 'Close the details' }).tap()
    for (const button of await page.locator('button:visible').all()) {
      expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(32)
    }
  })

  test('follows the theme of the system, until the button is used', async () => {
    const page = await open(smallReport(), { colorScheme: 'dark' })
    const background = () => page.evaluate(`getComputedStyle(document.body).backgroundColor`)
    const dark = await background()
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(background).not.toBe(dark)
    const button = page.getByRole('button', { name: /Theme/ })
    await button.click()
    await button.click()
    expect(await button.textContent()).toBe('Theme: dark')
    await expect.poll(background).toBe(dark)
  })

  test('a run without Python says so', async () => {
    const nothing = { workers: [], leases: [], calls: [], samples: [], orphans: [], functions: [] }
    const page = await open({ ...smallReport(), ...nothing, verdict: 'unused', failed: false })
    expect(await page.textContent('#timeline')).toContain('Python never started in this run.')
    await page.getByRole('tab', { name: 'Orphans' }).click()
    expect(await page.textContent('#tables')).toBe('No process was left behind.')
  })
})
