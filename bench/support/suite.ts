import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cache, python, root } from './paths.ts'

const run = promisify(execFile)

/** scripts/bench.mjs unpacks the packed plugin into its `node_modules`. */
const directory = join(cache, 'suite')

/** A project with the published plugin, whose tests run in a real Vitest. */
export class Suite {
  readonly directory: string

  /** @param files by name; `vitest.config.ts` is among them */
  constructor(name: string, files: Record<string, string>) {
    this.directory = join(directory, name)
    rmSync(this.directory, { recursive: true, force: true })
    mkdirSync(this.directory, { recursive: true })
    // Without it, the project would belong to this package, and import itself.
    const all = { 'package.json': '{ "type": "module" }', ...files }
    for (const [file, text] of Object.entries(all)) writeFileSync(join(this.directory, file), text)
  }

  /** Runs the tests. If one fails, throws the output of Vitest. */
  async run(...args: string[]): Promise<void> {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    await run(process.execPath, [vitest, 'run', ...args], {
      cwd: this.directory,
      env: { ...process.env, VITEST_PYTHON: python },
    })
  }

  /** Numbers recorded by the tests of the last run, one line each: a name and a value. */
  takeNotes(): Record<string, number> {
    const path = join(this.directory, NOTES)
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    rmSync(path)
    return Object.fromEntries(
      lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]),
    )
  }
}

export const NOTES = 'notes.txt'
