import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cut, type Layer, layers } from './layers.ts'

/** Removes layers from a copy of the package. Fails if a cut matches nothing: then the control would prove nothing. */
export function sabotage(packageDirectory: string, without: Layer[]): void {
  for (const cut of without.flatMap((layer): Cut[] => layers[layer])) {
    const done = filesOf(packageDirectory, cut.file).filter((file) => patch(file, cut))
    if (done.length === 0) throw new Error(`nothing in ${cut.file} matches ${cut.find}`)
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
