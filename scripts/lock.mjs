// `npm run lock`: pins what an overlay contains, with the hashes of all wheels, in requirements.lock. It resolves the pins of
// requirements.json with uv, which is installed below `.cache` if it is not on PATH. Needs a package index.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const root = fileURLToPath(new URL('..', import.meta.url))
const requirements = join(root, 'python/vitest_python/requirements.json')
const lock = join(root, 'python/vitest_python/requirements.lock')
const cache = join(root, '.cache')

const HEAD = `# Made by \`npm run lock\` from requirements.json: every package of an overlay, with the hashes of its wheels for Linux and macOS.
# To install all of them by hand: pip install --target DIRECTORY --no-deps --require-hashes -r requirements.lock
`

await mkdir(cache, { recursive: true })
const directory = await mkdtemp(join(cache, 'lock-'))
try {
  const pins = Object.entries(JSON.parse(await readFile(requirements, 'utf8')))
  await writeFile(
    join(directory, 'pyproject.toml'),
    projectOf(pins.map(([name, { pin }]) => `${name}==${pin}`)),
  )
  await execa(await findUv(), ['lock'], { cwd: directory, stdio: 'inherit' })
  const packages = parse(await readFile(join(directory, 'uv.lock'), 'utf8'))
  await writeFile(lock, `${HEAD}${packages.map((entry) => textOf(entry, packages)).join('')}`)
} finally {
  await rm(directory, { recursive: true, force: true })
}

function projectOf(pins) {
  return `[project]\nname = "overlay"\nversion = "0"\nrequires-python = ">=3.10"\ndependencies = ${JSON.stringify(pins)}\n`
}

/** The packages of uv.lock, a TOML file in which each has a table of its own. */
function parse(text) {
  const tables = text.split('[[package]]\n').slice(1)
  const packages = tables.map((table) => ({
    name: /^name = "(.+)"$/m.exec(table)[1],
    version: /^version = "(.+)"$/m.exec(table)[1],
    dependencies:
      (/^dependencies = \[\n([^\]]*)\]/m.exec(table)?.[1] ?? '').match(/(?<=name = ")[^"]+/g) ?? [],
    wheels: [...table.matchAll(/\{ url = ".*\/([^/"]+\.whl)", hash = "(sha256:[0-9a-f]{64})"/g)].map(
      ([, file, hash]) => ({ file, hash }),
    ),
  }))
  return packages.filter(({ name }) => name !== 'overlay').sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The product runs on Linux and macOS only. */
function textOf({ name, version, wheels }, packages) {
  const hashes = wheels.filter(({ file }) => !/-win(32|_\w+)\.whl$/.test(file)).map(({ hash }) => hash)
  if (hashes.length === 0) throw new Error(`${name} ${version} has no wheel`)
  const via = packages.filter(({ dependencies }) => dependencies.includes(name)).map((parent) => parent.name)
  const lines = [`${name}==${version}`, ...hashes.sort().map((hash) => `    --hash=${hash}`)]
  return `${lines.join(' \\\n')}\n${via.length > 0 ? `    # via ${via.join(' ')}\n` : ''}`
}

async function findUv() {
  const found = await execa('uv', ['--version'], { reject: false })
  if (!found.failed) return 'uv'
  const target = join(cache, 'uv')
  await execa('python3', ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', target, 'uv'], {
    stdio: 'inherit',
  })
  return join(target, 'bin/uv')
}
