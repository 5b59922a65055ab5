// The documentation site. `npm run docs` lays out its pages in .cache/site/pages; see scripts/docs.mjs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { anchorOf, repositoryOf, sidebarOf } from '../../scripts/docs/markdown.mjs'

const root = join(import.meta.dirname, '../..')
const site = join(root, '.cache/site')
const address = repositoryOf(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><text y="13" font-size="13">🐍</text></svg>'

export default defineConfig({
  title: 'vitest-environment-python',
  description: 'Call real Python from your Vitest or Jest tests.',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  srcDir: '../.cache/site/pages',
  outDir: join(site, 'dist'),
  cacheDir: join(site, 'cache'),
  markdown: {
    // Links to headings work on GitHub and on the site.
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light', dark: 'github-dark' },
    config({ renderer }) {
      const { fence } = renderer.rules
      renderer.rules.fence = (tokens, index, ...rest) => {
        const token = tokens[index]
        if (token?.info !== 'mermaid') return fence?.(tokens, index, ...rest) ?? ''
        return `<MermaidDiagram code="${encodeURIComponent(token.content)}" />`
      }
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide' },
      { text: 'Options', link: '/options' },
      { text: 'API', link: '/api/fixtures' },
      { text: 'Failures', link: '/failures' },
    ],
    sidebar: [
      ...sidebarOf(readFileSync(join(root, 'docs/README.md'), 'utf8')),
      {
        text: 'API',
        items: [
          { text: 'fixtures', link: '/api/fixtures' },
          { text: 'vitest', link: '/api/vitest' },
          { text: 'globals', link: '/api/globals' },
          { text: 'jest', link: '/api/jest' },
          { text: 'vitest_python', link: '/api/python' },
        ],
      },
      {
        text: 'Project',
        items: [
          { text: 'What failure looks like', link: '/failures' },
          { text: 'All pages', link: '/overview' },
          { text: 'Changelog', link: '/changelog' },
          { text: 'Contributing', link: '/contributing' },
          { text: 'Security', link: '/security' },
        ],
      },
    ],
    ...(address ? { socialLinks: [{ icon: 'github', link: address }] } : {}),
  },
})
