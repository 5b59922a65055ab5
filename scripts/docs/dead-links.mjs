// Finds links of a built site to pages, files and headings that don't exist.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'

/**
 * @param {string} directory
 * @param {string} base path below which the site is served
 * @returns {Promise<string[]>} `page: link` for each dead link
 */
export async function deadLinks(directory, base = '/') {
  const files = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.html'))
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
  const site = new Map(files.map((name, index) => [name, read(texts[index] ?? '')]))
  return [...site].flatMap(([page, { links }]) =>
    links.filter((link) => !exists(link, page, { site, directory, base })).map((link) => `${page}: ${link}`),
  )
}

/** @param {string} html */
function read(html) {
  const values = (/** @type {string} */ name) =>
    [...html.matchAll(new RegExp(`<[^>]*\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) => decode(value))
  return { links: [...new Set([...values('href'), ...values('src')])], anchors: new Set(values('id')) }
}

/** @param {string} text */
function decode(text) {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
}

/**
 * @param {string} link
 * @param {string} page
 * @param {{ site: Map<string, { anchors: Set<string> }>, directory: string, base: string }} context
 */
function exists(link, page, { site, directory, base }) {
  if (/^([a-z]+:|\/\/)/i.test(link)) return true
  const { pathname, hash } = new URL(link, `http://site${posix.join(base, page)}`)
  const path = decodeURIComponent(posix.relative(base, pathname))
  const target = [path, `${path}.html`, posix.join(path, 'index.html')].find((name) => site.has(name))
  if (!target) return path !== '' && existsSync(join(directory, path))
  return hash === '' || site.get(target)?.anchors.has(decodeURIComponent(hash.slice(1)))
}
