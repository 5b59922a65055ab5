// Kills runs in many ways and looks for survivors. `npm run chaos` runs every case,
// `npm run chaos -- "name"` runs the cases with that name,
// `npm run chaos -- --storm 1000 --seed 7` sends random signals; `--round N` repeats one round, and `--unprivileged` runs
// the tests as root and everything that they test as a user without privileges.

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { execa } from 'execa'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    storm: { type: 'string' },
    seed: { type: 'string' },
    round: { type: 'string' },
    unprivileged: { type: 'boolean' },
  },
})
const storm = values.storm ?? (values.round ? '1' : undefined)
const name = storm ? 'a storm of signals' : positionals.join(' ')
const env = {
  TESTED_VITEST: '4.1.12',
  ...(storm ? { CHAOS_STORM: storm } : {}),
  ...(values.unprivileged ? { CHAOS_UNPRIVILEGED: '1' } : {}),
  ...(values.seed ? { CHAOS_SEED: values.seed } : {}),
  ...(values.round ? { CHAOS_ROUND: values.round } : {}),
}
const args = ['run', '--project', 'chaos', '--project', 'chaos-slow', '--reporter', 'verbose']
const { exitCode } = await execa('vitest', [...args, ...(name ? ['--testNamePattern', name] : [])], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  preferLocal: true,
  reject: false,
  stdio: 'inherit',
  env,
})
process.exitCode = exitCode ?? 1
