// Runs one suite of suites.json, the one that is named in CASE, in its directory.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const { words, env } = JSON.parse(readFileSync('suites.json', 'utf8'))[process.env.CASE]
const { status } = spawnSync(process.execPath, words, {
  cwd: process.env.CASE,
  stdio: 'inherit',
  env: { ...process.env, ...env },
})
process.exitCode = status ?? 1
