// Turns Markdown that reads well on GitHub into Markdown for the site.
import { posix } from 'node:path'

/**
 * @typedef {object} Context
 * @property {string} source path of the document in the repository
 * @property {Record<string, string>} known pages of the site, by the path of their source
 * @property {string | undefined} repository address of the repository
 */

/**
 * Replaces links and pictures. Code blocks stay as they are.
 *
 * @param {string} markdown
 * @param {Context} context
 */
export function sitePage(markdown, context) {
  return markdown
    .split(/^(```[\s\S]*?^```$)/m)
    .map((part) => (part.startsWith('```') ? part : replaceLinks(replacePictures(part), context)))
    .join('')
}

/** @param {string} text @param {Context} context */
function replaceLinks(text, context) {
  return text.replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (_, label, target) => {
    const address = siteAddress(target, context)
    return address ? `[${label}](${address})` : label
  })
}

/**
 * Returns the address of a link's target on the site or, if it isn't part of the site, in the repository; `undefined` if
 * the repository has no address yet.
 *
 * @param {string} target
 * @param {Context} context
 */
export function siteAddress(target, { source, known, repository }) {
  if (/^([a-z]+:|#|\/)/.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const linked = posix.join(posix.dirname(source), path)
  const page = known[linked]
  if (page) return `/${page.replace(/\.md$/, '')}${anchor ? `#${anchor}` : ''}`
  if (linked === 'README.md') return '/'
  return repository && `${repository}/blob/main/${linked}`
}

/**
 * The pictures of a `<picture>` follow the system. On the site they follow its switch between light and dark.
 *
 * @param {string} text
 */
function replacePictures(text) {
  return text.replace(/<picture>[\s\S]*?<\/picture>/g, (picture) => {
    const dark = /srcset="([^"]+)"/.exec(picture)?.[1]
    const light = /<img[^>]* src="([^"]+)"/.exec(picture)?.[1]
    const alt = /alt="([^"]*)"/.exec(picture)?.[1]
    return `<img class="only-light" src="/${light}" alt="${alt}">\n<img class="only-dark" src="/${dark}" alt="${alt}">`
  })
}

/**
 * The anchor that GitHub makes of a heading.
 *
 * @param {string} heading
 */
export function anchorOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

/**
 * The sidebar, from the tables of docs/README.md: each table is a group, each row a page.
 *
 * @param {string} markdown
 */
export function sidebarOf(markdown) {
  const tables = [...markdown.matchAll(/^\| ([^|[]+) \| \|\n\|---\|---\|\n((?:\|.*\n)+)/gm)]
  return tables.map(([, text, rows = '']) => ({
    text,
    items: [...rows.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, name, target = '']) => ({
      text: name,
      link: `/${posix.basename(target, '.md').toLowerCase()}`,
    })),
  }))
}

/**
 * The address of the repository, if package.json has one: a release writes it.
 *
 * @param {{ repository?: { url: string } }} manifest
 */
export function repositoryOf({ repository }) {
  return repository?.url.replace(/^git\+|\.git$/g, '')
}
