// The Node and Python executables that `npm run matrix` runs with.
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { npmInstall } from './install.mjs'

/** Returns the path of a version of Node. Installs npm's package `node` below `directory` unless this is that major. */
export async function nodeOf(version, directory) {
  if (process.versions.node.split('.')[0] === version.split('.')[0]) return process.execPath
  const project = join(directory, `node-${version}`)
  const path = join(project, 'node_modules/node/bin/node')
  if (existsSync(path)) return path
  await mkdir(project, { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true }))
  await npmInstall(project, [`node@${version}`])
  // npm may be configured to run no install scripts. This script fetches the package of the executable.
  const cwd = join(project, 'node_modules/node')
  if (!existsSync(path)) await execa(process.execPath, ['installArchSpecificPackage.js'], { cwd })
  return path
}

/** Returns the path of a minor version of Python, from `PATH` or pyenv; `undefined` if this machine has none. */
export async function pythonOf(minor) {
  const pyenv = join(homedir(), '.pyenv/versions')
  const versions = (await readdir(pyenv).catch(() => [])).filter((name) => name.startsWith(`${minor}.`))
  const candidates = [...versions.map((name) => join(pyenv, name, 'bin/python3')), `python${minor}`]
  for (const candidate of candidates) {
    const code = 'import sys; print(sys.executable, "%d.%d" % sys.version_info[:2])'
    const { stdout = '', exitCode } = await execa(candidate, ['-c', code], { reject: false })
    const [path, found] = stdout.split(' ')
    if (exitCode === 0 && found === minor) return path
  }
  return undefined
}
