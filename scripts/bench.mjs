// Builds the benchmark together with the sources that it measures, unpacks the package for its suites, and runs it.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { developmentPython, rayPython } from './development-python.mjs'
import { build, pack } from './pack.mjs'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const cache = join(cwd, '.cache/bench')
const installed = join(cache, 'suite/node_modules/vitest-environment-python')

await developmentPython()
if (process.argv.includes('cluster')) await rayPython()
await build()
const tarball = await pack(join(cache, 'packed'))
await mkdir(installed, { recursive: true })
await execa('tar', ['xzf', tarball, '-C', installed, '--strip-components=1'])
await execa('tsdown', ['--log-level', 'error', '--config', 'bench/tsdown.config.ts'], {
  cwd,
  preferLocal: true,
  stdio: ['ignore', 2, 2],
})
const { exitCode } = await execa('node', [join(cache, 'built/main.js'), ...process.argv.slice(2)], {
  cwd,
  stdio: 'inherit',
  reject: false,
})
process.exitCode = exitCode
