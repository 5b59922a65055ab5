// The Python for this project's own checks: a virtual environment below .cache/ with the packages of
// python/requirements-dev.txt. If that file changes, the environment is recreated.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const root = fileURLToPath(new URL('..', import.meta.url))
const environment = `${root}.cache/python`
const requirements = `${root}python/requirements-dev.txt`

/** Path of the development interpreter. If it is missing or out of date, it is installed first. */
export function developmentPython() {
  ready ??= install()
  return ready
}

/** Global setup for Vitest: the installation would exceed the time limit of a test. */
export async function setup() {
  await developmentPython()
}

let ready

async function install() {
  const python = `${environment}/bin/python`
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
  const marker = `${environment}/requirements.sha256`
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === wanted) return python
  console.error('Installing the development Python into .cache/python …')
  await rm(environment, { recursive: true, force: true })
  await mkdir(`${root}.cache`, { recursive: true })
  await execa(process.env.VITEST_PYTHON ?? 'python3', ['-m', 'venv', environment])
  await execa(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    {
      stdio: ['ignore', 2, 2],
    },
  )
  await writeFile(marker, wanted)
  return python
}
