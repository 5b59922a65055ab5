// Packs this project for publishing.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { ROOMS } from './python-rooms.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = join(root, 'dist/vitest.js')
const rooms = ROOMS.map((room) => `python/vitest_python/${room}`)
const sources = ['src', 'scripts', 'package.json', 'tsdown.config.ts', ...rooms]

/** Builds `dist` if it is missing or older than the sources. */
export async function build() {
  if (existsSync(built) && (await newest(sources)) < (await stat(built)).mtimeMs) return
  await execa('tsdown', { cwd: root, preferLocal: true, stdio: ['ignore', 2, 2] })
}

/** Packs the tarball into `directory`. Its name contains a hash of its content, so npm never uses an old one. */
export async function pack(directory) {
  await mkdir(directory, { recursive: true })
  const options = ['--ignore-scripts', '--json', '--pack-destination', directory]
  const { stdout } = await execa('npm', ['pack', ...options], { cwd: root, stderr: 'ignore' })
  const [{ filename, shasum }] = JSON.parse(stdout)
  const name = `vitest-environment-python-${shasum.slice(0, 12)}.tgz`
  for (const old of await readdir(directory)) {
    if (/^vitest-environment-python-[0-9a-f]{12}\.tgz$/.test(old)) await rm(join(directory, old))
  }
  await rename(join(directory, filename), join(directory, name))
  return join(directory, name)
}

async function newest(paths) {
  const files = await Promise.all(paths.map(filesBelow))
  const times = await Promise.all(files.flat().map(async (file) => (await stat(file)).mtimeMs))
  return Math.max(...times)
}

async function filesBelow(path) {
  const absolute = join(root, path)
  if ((await stat(absolute)).isFile()) return [absolute]
  const entries = await readdir(absolute, { recursive: true, withFileTypes: true })
  return (
    entries
      // Python writes byte code beside its sources.
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  )
}
