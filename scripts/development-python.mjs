// The Python for this project's own checks: a virtual environment below .cache/ with the packages of
// python/requirements-dev.txt. If that file changes, the environment is recreated.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { lock } from 'proper-lockfile'

const root = fileURLToPath(new URL('..', import.meta.url))
const python = (name) => `${root}.cache/${name}/bin/python`
const installing = new Map()

/** Path of the development interpreter. If it is missing or out of date, it is installed first. */
export function developmentPython() {
  return ensure('python', ['requirements-dev.txt'])
}

/** Path of the interpreter with the libraries that python/tests/libraries uses. */
export function librariesPython({ nightly = false } = {}) {
  const files = ['requirements-libraries.txt', ...(nightly ? ['requirements-nightly.txt'] : [])]
  return ensure('libraries', files)
}

/** Path of an interpreter with Ray, to which tests play a cluster. */
export function rayPython() {
  return ensure('ray', ['requirements-ray.txt'])
}

/** Path of the development interpreter, with what the documentation site needs. */
export function docsPython() {
  return ensure('python', ['requirements-dev.txt', 'requirements-docs.txt'])
}

/** Global setup for Vitest: the installation would exceed the time limit of a test. */
export async function setup() {
  await developmentPython()
}

function ensure(name, requirements) {
  const key = [name, ...requirements].join()
  if (!installing.has(key))
    installing.set(
      key,
      alone(name, () => install(name, requirements)),
    )
  return installing.get(key)
}

/** Two commands at once must not install into the same environment. The second one waits for up to ten minutes. */
async function alone(name, work) {
  await mkdir(`${root}.cache`, { recursive: true })
  const retries = { retries: 1_200, factor: 1, minTimeout: 500 }
  const unlock = await lock(`${root}.cache/${name}`, { realpath: false, stale: 60_000, retries })
  try {
    return await work()
  } finally {
    await unlock()
  }
}

/** Makes the virtual environment `.cache/<name>` from files in python/, unless they have been installed already. */
async function install(name, requirements) {
  const texts = await Promise.all(requirements.map((file) => readFile(`${root}python/${file}`)))
  const wanted = texts.map((text) => createHash('sha256').update(text).digest('hex'))
  const environment = `${root}.cache/${name}`
  const marker = `${environment}/requirements.sha256`
  const installed = existsSync(marker) ? (await readFile(marker, 'utf8')).split('\n') : []
  if (wanted.every((hash) => installed.includes(hash))) return python(name)
  console.error(`Installing Python packages into .cache/${name} …`)
  // Built from nothing if the base file has changed; what comes on top is added.
  if (!installed.includes(wanted[0])) {
    await rm(environment, { recursive: true, force: true })
    await execa(process.env.VITEST_PYTHON ?? 'python3', ['-m', 'venv', environment])
  }
  const files = requirements.flatMap((file) => ['-r', `${root}python/${file}`])
  const options = ['--quiet', '--disable-pip-version-check', '--prefer-binary']
  await execa(python(name), ['-m', 'pip', 'install', ...options, ...files], { stdio: ['ignore', 2, 2] })
  await writeFile(marker, wanted.join('\n'))
  return python(name)
}
