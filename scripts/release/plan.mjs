// Decides what a release is: its version, its section of CHANGELOG.md, and the addresses in package.json.

const BREAKING = /^\w+(\([^)]*\))?!:|^BREAKING[ -]CHANGE: /m
const VISIBLE = /^(feat|fix|perf)(\([^)]*\))?!?:/

/** @param {string[]} messages whole messages of commits */
export const isBreaking = (messages) => messages.some((message) => BREAKING.test(message))

/**
 * The next version after `last`, by Semantic Versioning. Before 1.0, a breaking change raises the minor version and
 * everything else the patch version.
 *
 * @param {string} last
 * @param {string[]} messages whole messages of the commits since `last`
 */
export function nextVersion(last, messages) {
  const [major = 0, minor = 0, patch = 0] = last.split('.').map(Number)
  const breaking = isBreaking(messages)
  const feature = messages.some((message) => message.startsWith('feat'))
  if (!messages.some((message) => VISIBLE.test(message)) && !breaking)
    throw new Error(`No commit since ${last} changes anything for users, so there is nothing to release.`)
  if (major === 0) return breaking ? `0.${minor + 1}.0` : `0.${minor}.${patch + 1}`
  if (breaking) return `${major + 1}.0.0`
  return feature ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}

/**
 * Gives the entries of `[Unreleased]` a version and a date. If the version has a section already, which happens before
 * the first release, its entries are added to that section by category.
 *
 * @param {string} changelog
 * @param {{ version: string, date: string, breaking: boolean }} release
 */
export function releaseChangelog(changelog, { version, date, breaking }) {
  const sections = sectionsOf(changelog)
  const unreleased = sections.find(({ name }) => name === 'Unreleased')
  const same = sections.find(({ name }) => name === version)
  if (!unreleased?.body.trim() && !same) throw new Error('CHANGELOG.md has nothing under [Unreleased].')
  if (breaking && !/^### Migration$/m.test(unreleased?.body ?? ''))
    throw new Error('A commit is breaking. Tell users under "### Migration" in CHANGELOG.md what to change.')
  const body = merge(unreleased?.body ?? '', same?.body ?? '')
  const others = sections.filter((section) => section !== unreleased && section !== same)
  const intro = changelog.slice(0, changelog.search(/^## \[/m))
  const text = others.map(({ heading, body }) => `${heading}\n${body}`).join('')
  return `${intro}## [Unreleased]\n\n## [${version}] - ${date}\n\n${body}\n${text && `\n${text}`}`
}

/**
 * The text of a version's section.
 *
 * @param {string} changelog
 * @param {string} version
 */
export function notesOf(changelog, version) {
  const section = sectionsOf(changelog).find(({ name }) => name === version)
  if (!section) throw new Error(`CHANGELOG.md has no section for ${version}.`)
  return section.body.trim()
}

/** @param {string} changelog */
function sectionsOf(changelog) {
  const parts = changelog.split(/^(?=## \[)/m).slice(1)
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    return { name: /\[(.+?)\]/.exec(heading)?.[1] ?? '', heading, body: lines.join('\n') }
  })
}

/** @param {string} newer @param {string} older */
function merge(newer, older) {
  /** @type {Map<string, string[]>} */
  const categories = new Map()
  for (const body of [newer, older]) {
    for (const part of body.split(/^(?=### )/m).filter((text) => text.trim())) {
      const [heading = '', ...lines] = part.trim().split('\n')
      const text = lines.join('\n').trim()
      categories.set(heading, [...(categories.get(heading) ?? []), text])
    }
  }
  return [...categories].map(([heading, texts]) => `${heading}\n\n${texts.join('\n')}`).join('\n\n')
}

/**
 * The fields of package.json that need a public address.
 *
 * @param {string} repository such as `https://github.com/owner/name`
 * @param {string} [directory] of the package in the repository
 */
export function addresses(repository, directory) {
  const [, host, owner, name] =
    /^https:\/\/([\w.-]+)\/([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(repository) ?? []
  if (host !== 'github.com') throw new Error(`${repository} isn't the address of a repository on GitHub.`)
  const url = `https://github.com/${owner}/${name}`
  return {
    homepage: `https://${owner}.github.io/${name}/`,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, ...(directory ? { directory } : {}) },
  }
}
