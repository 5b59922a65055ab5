import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory that is removed at the end of the test file. */
export function scratchDirectory(): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'vitest-python-unit-')))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** `sys.executable` of the system's Python, even if a shim precedes it on PATH. */
export const basePython = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'])
  .toString()
  .trim()

/** A virtual environment. Without pip, it takes 0.1 s. */
export function makeVenv(path: string, options: { pip: boolean } = { pip: false }): string {
  execFileSync(basePython, ['-m', 'venv', ...(options.pip ? [] : ['--without-pip']), path])
  return join(path, 'bin/python')
}

/** An executable shell script. */
export function script(path: string, body: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A script that answers like the given Python. */
export function fakePython(path: string, answer: { version: string; implementation?: string }): string {
  const full = {
    executable: path,
    implementation: 'CPython',
    abi: '',
    environment: 'none',
    distributions: {},
    ...answer,
  }
  return script(path, `echo 'VITEST_PYTHON_PROBE ${JSON.stringify(full)}'`)
}
