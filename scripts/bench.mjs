// Builds the benchmark with the sources that it measures, and runs it.

import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { developmentPython } from './development-python.mjs'

const cwd = fileURLToPath(new URL('..', import.meta.url))
await developmentPython()
await execa('tsdown', ['--log-level', 'error', '--config', 'bench/tsdown.config.ts'], {
  cwd,
  preferLocal: true,
  stdio: ['ignore', 2, 2],
})
const { exitCode } = await execa('node', ['.cache/bench/built/main.js', ...process.argv.slice(2)], {
  cwd,
  stdio: 'inherit',
  reject: false,
})
process.exitCode = exitCode
