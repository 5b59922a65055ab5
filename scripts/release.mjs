// `npm run release -- --repository https://github.com/owner/name`: the one step before a release is tagged. Chooses the
// version from the commits since the last tag, dates the entries of CHANGELOG.md, and writes version and addresses to
// the package.json files and the README. `--dry-run` only tells the version. The address is needed once.
// `-- --notes` prints the notes of the present version; with `--tag v1.2.3` it fails unless that is the version.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { addresses, isBreaking, nextVersion, notesOf, releaseChangelog } from './release/plan.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const STUB = 'packages/vitest-python'
const SITE = /or as a site with search: (`npm run docs`|<[^>]+>)/
const { values } = parseArgs({
  options: {
    repository: { type: 'string' },
    'dry-run': { type: 'boolean' },
    notes: { type: 'boolean' },
    tag: { type: 'string' },
  },
})

const read = (path) => readFile(`${root}${path}`, 'utf8')
const write = (path, text) => writeFile(`${root}${path}`, text)
const editJson = async (path, edit) =>
  write(path, `${JSON.stringify(edit(JSON.parse(await read(path))), null, 2)}\n`)

try {
  await (values.notes ? printNotes() : release())
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function printNotes() {
  const { version } = JSON.parse(await read('package.json'))
  if (values.tag !== undefined && values.tag !== `v${version}`)
    throw new Error(`The tag ${values.tag} isn't v${version}, the version in package.json.`)
  console.log(notesOf(await read('CHANGELOG.md'), version))
}

async function release() {
  const manifest = JSON.parse(await read('package.json'))
  const repository = values.repository ?? manifest.repository?.url.replace(/^git\+|\.git$/g, '')
  if (!repository)
    throw new Error('package.json has no repository yet: give --repository https://github.com/…')
  const fields = addresses(repository)
  const { version, breaking } = await planned(manifest.version)
  const date = new Date().toISOString().slice(0, 10)
  const changelog = releaseChangelog(await read('CHANGELOG.md'), { version, date, breaking })
  console.log(`version ${version}, ${date}`)
  if (values['dry-run']) return
  await write('CHANGELOG.md', changelog)
  await editJson('package.json', (json) => ({ ...json, version, ...fields }))
  await editJson(`${STUB}/package.json`, (json) => ({ ...json, version, ...addresses(repository, STUB) }))
  await editJson('package-lock.json', (json) => {
    json.version = version
    json.packages[''].version = version
    return json
  })
  await write(
    'README.md',
    (await read('README.md')).replace(SITE, `or as a site with search: <${fields.homepage}>`),
  )
  console.log(`Look at the changes, and then run:
  git commit -am "build(release): v${version}" && git tag v${version} && git push --atomic origin main v${version}`)
}

/** The version, from the commits since the newest tag. The first release has the version of package.json. */
async function planned(current) {
  const git = (...words) => execa('git', words, { cwd: root })
  const { stdout: tag } = await git('describe', '--tags', '--match', 'v*', '--abbrev=0').catch(() => ({
    stdout: '',
  }))
  if (tag === '') return { version: current, breaking: false }
  const { stdout } = await git('log', '--no-merges', '--format=%B%x00', `${tag}..HEAD`)
  const messages = stdout.split('\0').map((text) => text.trim())
  return { version: nextVersion(tag.slice(1), messages), breaking: isBreaking(messages) }
}
