// `npm run docs` serves the documentation site, and `npm run docs:build` builds it into .cache/site/dist.
// `--base /name/` is the path below which a web server will serve it.
import { watch } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, createServer } from 'vitepress'
import { writePythonReference, writeTypeScriptReference } from './docs/api.mjs'
import { deadLinks } from './docs/dead-links.mjs'
import { writeGallery } from './docs/gallery.mjs'
import { dist, pages, root, writePages } from './docs/pages.mjs'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { base: { type: 'string', default: '/' } },
})
const site = fileURLToPath(new URL('../docs', import.meta.url))

await rm(pages, { recursive: true, force: true })
await Promise.all([writePages(), writeTypeScriptReference(), writePythonReference(), writeGallery()])
if (positionals[0] === 'serve') await serve()
else await buildSite()

async function serve() {
  watch(`${root}/docs`, () => writePages().catch(console.error))
  const server = await createServer(site, { base: values.base })
  await server.listen()
  server.printUrls()
}

/** VitePress finds dead links to pages. `deadLinks` finds those to headings and files, too. */
async function buildSite() {
  await build(site, { base: values.base })
  const dead = await deadLinks(dist, values.base)
  for (const link of dead) console.error(`dead link: ${link}`)
  if (dead.length > 0) process.exitCode = 1
}
