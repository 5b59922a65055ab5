import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'

/** Returns the path of a minor version of CPython, from `PATH` or pyenv; `undefined` if this machine has none. */
export async function pythonOf(minor: string): Promise<string | undefined> {
  const pyenv = join(homedir(), '.pyenv/versions')
  const versions = (await readdir(pyenv).catch(() => [])).filter((name) => name.startsWith(`${minor}.`))
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, `python${minor}`))
  const candidates = [...onPath, ...versions.map((name) => join(pyenv, name, 'bin/python3'))]
  for (const candidate of candidates) {
    const { stdout = '', exitCode } = await execa(candidate, ['-c', PROBE], { reject: false })
    const [path, found, implementation] = stdout.split('\n')
    if (exitCode === 0 && found === minor && implementation === 'cpython') return path
  }
  return undefined
}

const PROBE = `
import sys
print(sys.executable)
print("%d.%d" % sys.version_info[:2])
print(sys.implementation.name)
`
