// Lays the Markdown of the repository out as pages of the site.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repositoryOf, sitePage } from './markdown.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const pages = join(root, '.cache/site/pages')
export const dist = join(root, '.cache/site/dist')

/** Pages from outside of docs/, and those that have another name on the site. */
const NAMED = {
  'docs/README.md': 'overview.md',
  'docs/.vitepress/home.md': 'index.md',
  'ARCHITECTURE.md': 'architecture.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
}
const MERMAID = 'node_modules/mermaid/dist/mermaid.min.js'

/** The pages of the site, by the path of their source. */
async function sources() {
  const names = await readdir(join(root, 'docs'))
  const own = names.filter((name) => name.endsWith('.md')).map((name) => [`docs/${name}`, name])
  return { ...Object.fromEntries(own), ...NAMED }
}

export async function writePages() {
  const known = await sources()
  const repository = repositoryOf(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  for (const [source, page] of Object.entries(known)) {
    const text = await readFile(join(root, source), 'utf8')
    await writePage(page, sitePage(text, { source, known, repository }))
  }
  await copyFiles()
}

/** Writes a page if its text is new, so that a server doesn't reload the others. */
export async function writePage(page, text) {
  const file = join(pages, page)
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

async function copyFiles() {
  await mkdir(join(pages, 'public'), { recursive: true })
  for (const name of await readdir(join(root, 'docs')))
    if (/\.(svg|webp)$/.test(name)) await cp(join(root, 'docs', name), join(pages, 'public', name))
  await cp(join(root, MERMAID), join(pages, 'public/mermaid.js'))
}
