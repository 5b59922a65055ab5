// Makes dist/report.html.br, the page of the HTML report: one file without its data, compressed.
import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const page = new URL('../src/report/page/', import.meta.url)
const dist = new URL('../dist/', import.meta.url)

/** The page's program, as the build has bundled it. */
const BUNDLE = 'report-page.iife.js'

/** Puts style and program into the page. Its policy allows exactly these two, by their hashes. */
export async function writeReportPage() {
  const bundle = new URL(BUNDLE, dist)
  const script = await readFile(bundle, 'utf8')
  const style = shorten(await readFile(new URL('style.css', page), 'utf8'))
  const parts = [
    ['<link rel="stylesheet" href="style.css">', `<style>${style}</style>`],
    ['<script src="main.js"></script>', `<script>${script}</script>`],
    ['hash-of-style', hash(style)],
    ['hash-of-script', hash(script)],
  ]
  let html = await readFile(new URL('index.html', page), 'utf8')
  for (const [mark, text] of parts) {
    if (!html.includes(mark)) throw new Error(`src/report/page/index.html lacks ${mark}`)
    html = html.replace(mark, () => text)
  }
  // A third of its size, which counts in the package.
  await writeFile(fileURLToPath(new URL('report.html.br', dist)), brotliCompressSync(html))
  await rm(bundle)
}

function hash(text) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error('This text would end its element in the page.')
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function shorten(css) {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '')
    .replace(/\s*([{};,])\s*/g, '$1')
}
