import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deadLinks } from '../../scripts/docs/dead-links.mjs'
import { chromiumPath, launchBrowser } from '../support/browser.ts'
import { withServer } from '../support/serve.ts'

const root = join(import.meta.dirname, '../..')
const site = join(root, '.cache/site/dist')

if (!chromiumPath)
  console.warn(
    'No chromium: the pages of the documentation site are not opened. Install it (apt-get install chromium) or set CHROMIUM.',
  )

/** The text of a built page. */
const built = (name: string): string => readFileSync(join(site, `${name}.html`), 'utf8')

beforeAll(async () => {
  // Fails if a link is dead.
  await execa('npm', ['run', 'docs:build'], { cwd: root })
})

describe('the documentation site', () => {
  test('has a page for each document, the API and the failures', () => {
    const documents = readdirSync(join(root, 'docs')).filter((name) => /^[a-z].*\.md$/.test(name))
    const wanted = documents.map((name) => name.replace('.md', '.html'))
    const more = ['index', 'architecture', 'failures', 'api/fixtures', 'api/vitest', 'api/jest', 'api/python']
    const pages = readdirSync(site, { recursive: true })
    expect(pages).toEqual(expect.arrayContaining([...wanted, ...more.map((name) => `${name}.html`)]))
  })

  test('describes functions of both languages from their comments', () => {
    expect(built('api/fixtures')).toContain(
      'Calls a Python function and resolves to the value that it returns.',
    )
    expect(built('api/vitest')).toContain('The modules whose functions tests can call.')
    expect(built('api/python')).toContain('Call a function once in every worker')
  })

  test('shows what real failures print, in colors and without paths of the machine', () => {
    const page = built('failures')
    const text = page.replaceAll(/<[^>]+>/g, '')
    expect(text).toContain('ValueError: a price is not negative: -1')
    expect(text).toContain('did not answer within 200 ms (timeout); Python was in wait_for_payment')
    expect(text).toContain('was killed by SIGSEGV during')
    expect(text).toContain('This test left a process behind')
    expect(page).toMatch(/<span style="--shiki-light:#d73a49;[^>]*>ValueError<\/span>/)
    expect(text).not.toContain(root)
    expect(text).not.toMatch(/\/(root|home)\//)
  })

  test('control: dead links to pages, headings and files are found', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'vp-'))
    try {
      cpSync(site, copy, { recursive: true })
      const links = [
        '/no-page',
        '/guide#no-heading',
        'no-picture.svg',
        '/guide',
        '/performance.html#what-limits-it',
      ]
      const anchors = links.map((link) => `<a href="${link}">x</a>`)
      writeFileSync(join(copy, 'more.html'), `<h2 id="here"></h2><a href="#here"></a>${anchors.join('')}`)
      expect(await deadLinks(copy)).toEqual(links.slice(0, 3).map((link) => `more.html: ${link}`))
    } finally {
      rmSync(copy, { recursive: true })
    }
  })
})

describe.runIf(chromiumPath)('the documentation site in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  /** Opens a page, and expects no error, no message of the console and no request to another host. */
  async function open(path: string, use: (page: Page) => Promise<void>) {
    await withServer(site, async (url) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => complaints.push(message.text()))
      page.on('request', (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url))
          complaints.push(request.url())
      })
      await page.goto(`${url}${path}`)
      await use(page)
      expect(complaints).toEqual([])
      await context.close()
    })
  }

  test('finds a page by a word of its text', () =>
    open('index.html', async (page) => {
      await page.click('.VPNavBarSearch button')
      await page.fill('.VPLocalSearchBox input', 'forkserver')
      await page.waitForSelector('.VPLocalSearchBox .result')
      await page.fill('.VPLocalSearchBox input', 'CALL_TIMEOUT')
      const result = page.locator('.VPLocalSearchBox .result[href*="errors"]').first()
      await result.waitFor()
      await result.click()
      await page.waitForURL(/errors\.html/)
      await page.locator('h1', { hasText: 'Error codes' }).waitFor()
    }))

  test('follows the system between light and dark, with its diagrams and charts', () =>
    open('architecture.html', async (page) => {
      const colors = new Set<string>()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.waitForFunction(
          `document.querySelectorAll('.diagram svg').length === 4 &&
          document.documentElement.classList.contains('dark') === ${colorScheme === 'dark'}`,
        )
        // Diagrams are drawn anew a moment later.
        await expect.poll(() => colorOfDiagram(page)).not.toSatisfy((color: string) => colors.has(color))
        colors.add(await colorOfDiagram(page))
      }
      expect(await page.textContent('.diagram svg')).toContain('reaper')
      await page.goto(page.url().replace('architecture', 'performance'))
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const shown = page.locator(`main img.only-${colorScheme}`)
        await shown.waitFor()
        expect(await page.locator('main img:visible').count()).toBe(1)
        await page.waitForFunction(`document.querySelector('main img.only-${colorScheme}').naturalWidth > 0`)
      }
    }))
})

/** The color of the first box of a diagram. */
function colorOfDiagram(page: Page): Promise<string> {
  return page.evaluate(`getComputedStyle(document.querySelector('.diagram svg .node rect')).fill`)
}
