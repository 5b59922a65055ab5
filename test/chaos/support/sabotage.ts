import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { type Cut, type Layer, layers } from './layers.ts'

/** Removes layers from a copy of the package. */
export function sabotage(packageDirectory: string, without: Layer[]): void {
  cutPackage(
    packageDirectory,
    without.flatMap((layer): Cut[] => layers[layer]),
  )
}

/** Changes a copy of the package. Fails if a cut matches nothing: then the control would prove nothing. */
export function cutPackage(packageDirectory: string, cuts: readonly Cut[]): void {
  unpackRooms(packageDirectory)
  for (const cut of cuts) {
    const done = filesOf(packageDirectory, cut.file).filter((file) => patch(file, cut))
    if (done.length === 0) throw new Error(`nothing in ${cut.file} matches ${cut.find}`)
  }
}

/** Python prefers the directories to the archive. */
function unpackRooms(packageDirectory: string): void {
  const rooms = unzipSync(readFileSync(join(packageDirectory, 'dist/python-rooms.zip')))
  for (const [name, data] of Object.entries(rooms)) {
    const path = join(packageDirectory, 'python', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, data)
  }
}

function filesOf(directory: string, file: string): string[] {
  if (!file.includes('*')) return [join(directory, file)]
  const below = file.slice(0, file.indexOf('*'))
  return readdirSync(join(directory, below), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(directory, below, name))
}

function patch(file: string, { find, replace }: Cut): boolean {
  const text = readFileSync(file, 'utf8')
  const patched =
    typeof find === 'string' ? text.replaceAll(find, replace) : text.replace(new RegExp(find, 'g'), replace)
  writeFileSync(file, patched)
  return patched !== text
}
