// Prepares an example: npm packages and, if it has a pyproject.toml, a virtual environment. Both are kept between runs,
// and recreated if their sources change.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

const KEPT = ['node_modules', '.venv', '.made-from']
const basePython = process.env.VITEST_PYTHON ?? 'python3'
// Installers write to standard error, and get no standard input.
const quiet = { stdio: ['ignore', 2, 2] }

/** Copies an example's files to the directory in which it runs, one layer over the other. Installed packages stay. */
export async function copyExample(layers, target) {
  await mkdir(target, { recursive: true })
  for (const name of await readdir(target)) {
    if (!KEPT.includes(name)) await rm(join(target, name), { recursive: true, force: true })
  }
  for (const source of layers) {
    const isSource = (path) =>
      !KEPT.some((name) => path === join(source, name)) && !path.endsWith('__pycache__')
    await cp(source, target, { recursive: true, filter: isSource })
  }
}

/** Installs the tarball and the packages in the example's package.json. */
export async function installPackages(directory, tarball) {
  const file = join(directory, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  manifest.dependencies['vitest-environment-python'] = `file:${tarball}`
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`)
  const madeFrom = JSON.stringify([manifest.dependencies, manifest.devDependencies, process.versions.modules])
  await once(directory, 'node_modules', madeFrom, async () => {
    const options = ['--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    await execa('npm', ['install', ...options], { cwd: directory, ...quiet })
  })
}

/** Creates `.venv` from pyproject.toml: with uv if it is on PATH and works, else with venv and pip. */
export async function installPython(directory) {
  const project = join(directory, 'pyproject.toml')
  if (!existsSync(project)) return
  const { stdout: version } = await execa(basePython, ['-c', 'import sys; print(sys.version, sys.prefix)'])
  const madeFrom = `${version}\n${await readFile(project, 'utf8')}`
  await once(directory, '.venv', madeFrom, async () => {
    console.error(`Creating ${join(directory, '.venv')} …`)
    if (!(await installWithUv(directory))) await installWithPip(directory)
  })
}

async function installWithUv(directory) {
  const uv = (...words) => execa('uv', words, { cwd: directory, ...quiet })
  try {
    await uv('venv', '--quiet', '--clear', '--python', basePython, '.venv')
    await uv('pip', 'install', '--quiet', '--python', '.venv/bin/python', '--requirement', 'pyproject.toml')
    return true
  } catch (error) {
    if (error.code !== 'ENOENT') console.error(`uv failed (${error.shortMessage}): trying pip`)
    return false
  }
}

// pip cannot read a project's dependencies without building it. tomllib exists from Python 3.11 on.
const LIST_DEPENDENCIES = `
try: import tomllib
except ImportError: from pip._vendor import tomli as tomllib
with open('pyproject.toml', 'rb') as file: print(*tomllib.load(file)['project']['dependencies'], sep='\\n')
`

async function installWithPip(directory) {
  await rm(join(directory, '.venv'), { recursive: true, force: true })
  await execa(basePython, ['-m', 'venv', '.venv'], { cwd: directory, ...quiet })
  const python = join(directory, '.venv/bin/python')
  const { stdout } = await execa(python, ['-c', LIST_DEPENDENCIES], { cwd: directory })
  const options = ['--quiet', '--disable-pip-version-check', '--no-input']
  await execa(python, ['-m', 'pip', 'install', ...options, ...stdout.split('\n')], {
    cwd: directory,
    ...quiet,
  })
}

/** Makes `name`, unless it exists and was made from the same sources. An incomplete one is made again. */
async function once(directory, name, madeFrom, make) {
  const hash = createHash('sha256').update(madeFrom).digest('hex')
  const marker = join(directory, '.made-from', name)
  const made = existsSync(join(directory, name)) && existsSync(marker) && (await readFile(marker, 'utf8'))
  if (made === hash) return
  await rm(marker, { force: true })
  await make()
  await mkdir(join(directory, '.made-from'), { recursive: true })
  await writeFile(marker, hash)
}
