// Writes THIRD-PARTY-NOTICES.md: the licenses of the packages whose code the build puts into `dist`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const texts = join(root, 'scripts/licenses')

const HEAD = `# Third-party notices

The files in \`dist\` contain code of these packages. This page is made by the build.
`

/** A plugin for the bundler. All builds of one process share it, so the page has the packages of all of them. */
export function thirdPartyNotices(file = join(root, 'THIRD-PARTY-NOTICES.md')) {
  const modules = new Set()
  return {
    name: 'third-party-notices',
    generateBundle(_options, bundle) {
      for (const module of bundledModules(bundle)) modules.add(module)
      writeFileSync(file, noticesOf(modules))
    },
  }
}

/** The files of other packages of which the bundle has code. */
export function bundledModules(bundle) {
  return Object.values(bundle)
    .filter((output) => output.type === 'chunk')
    .flatMap((chunk) => Object.entries(chunk.modules ?? {}))
    .filter(([id, { renderedLength }]) => id.includes('/node_modules/') && renderedLength > 0)
    .map(([id]) => id.replace(/^\0|\?.*$/g, ''))
}

/** The page for these files. Throws if a license is not known. */
export function noticesOf(modules) {
  const packages = new Map()
  for (const module of [...modules].sort()) {
    const directory = packageOf(module)
    packages.set(directory, [...(packages.get(directory) ?? []), module])
  }
  const sections = [...packages].map(([directory, files]) => sectionOf(directory, files))
  return [HEAD, ...sections.sort()].join('\n')
}

function sectionOf(directory, files) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const own = readdirSync(directory).find((entry) => /^(licen[cs]e|copying)/i.test(entry))
  const body = own ? [readFileSync(join(directory, own), 'utf8')] : standardTexts(name, license)
  const parts = [...new Set([...files.flatMap(copyrightOf), ...body])]
  const blocks = parts.map((part) => `\`\`\`text\n${part.trim()}\n\`\`\`\n`)
  return `## ${name} ${version}\n\nLicense: ${license}\n\n${blocks.join('\n')}`
}

/** For a package without a file of its own. Text of the others is in the comments of its sources. */
function standardTexts(name, license) {
  const found = (license ?? '')
    .split(/[()\s]+|\b(?:AND|OR)\b/)
    .filter((id) => id && existsSync(join(texts, `${id}.txt`)))
    .map((id) => readFileSync(join(texts, `${id}.txt`), 'utf8'))
  if (found.length === 0)
    throw new Error(`${name} has no license file, and scripts/licenses has no text for ${license}`)
  return found
}

/** The comment at the beginning of a file, if it names a copyright. */
function copyrightOf(file) {
  const [comment = ''] = /^(?:\/\/.*\n)+|^\/\*[\s\S]*?\*\//.exec(readFileSync(file, 'utf8')) ?? []
  const plain = comment.replace(/^\/\*+|\*+\/$/g, '').replace(/^ ?(?:\/\/|\*) ?/gm, '')
  return /copyright/i.test(plain) ? [plain] : []
}

function packageOf(module) {
  for (let at = dirname(module); at !== dirname(at); at = dirname(at)) {
    const manifest = join(at, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name !== undefined) return at
  }
  throw new Error(`${module} belongs to no package`)
}
