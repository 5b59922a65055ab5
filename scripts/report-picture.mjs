// Makes the pictures of the HTML report in docs/, light and dark: node scripts/report-picture.mjs
// Needs Chromium and a build. The report is a sample, so the pictures change only if the page does.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unrun } from 'unrun'

const root = fileURLToPath(new URL('..', import.meta.url))
const load = async (path) => (await unrun({ path: join(root, path) })).module

const { launchBrowser, openPage } = await load('test/support/browser.ts')
const { largeReport, smallReport } = await load('test/unit/report/sampleReport.ts')
const { htmlOf, readPage } = await load('src/report/formats/html.ts')

const directory = await mkdtemp(join(tmpdir(), 'vp-'))
const browser = await launchBrowser()
try {
  const file = join(directory, 'report.html')
  await writeFile(file, htmlOf(sample(), await readPage()))
  for (const colorScheme of ['light', 'dark']) await shoot(file, colorScheme)
} finally {
  await browser.close()
  await rm(directory, { recursive: true })
}

/** A run that shows everything: tests of a few files, a crash with its restart, an orphan. */
function sample() {
  const report = largeReport({ workers: 4, leases: 36, calls: 12, files: 5 })
  const [{ run }] = report.pools
  const crashed = report.workers.find(({ id }) => id === 'w2')
  const [orphan] = smallReport().orphans
  crashed.exit = { status: null, signal: 'SIGSEGV', cause: 'by itself', crashed: true }
  report.workers.push({
    ...crashed,
    id: 'w5',
    pid: 205,
    from: crashed.until + 2,
    ready: crashed.until + 9,
    until: report.endedAt - 20,
    exit: null,
  })
  const leased = report.leases.find(({ worker }) => worker === 'w3')
  report.orphans = [{ ...orphan, run, from: leased.taken + 8, leases: [leased.id] }]
  return { ...report, verdict: 'orphans', failed: true }
}

async function shoot(file, colorScheme) {
  const { page } = await openPage(browser, file, { colorScheme, viewport: { width: 1120, height: 690 } })
  await page.keyboard.press('n')
  await page.keyboard.press('n')
  await page.waitForTimeout(300)
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 })
  await writeFile(join(root, `docs/report-${colorScheme}.webp`), Buffer.from(data, 'base64'))
}
