import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

/** `--permission` exists from Node 22 on, on which the newest Vitest is tested. It also needs no child process itself. */
const newest = versions.filter((version) => version.startsWith('5.'))

describe.concurrent('settings that keep every Python from starting are named', () => {
  test.each(versions)('PYTHONHOME of another Python, with Vitest %s', async (version) => {
    const env = { PYTHONHOME: '/nowhere' }
    const { exitCode, output, left } = await runVitest({ version, fixture: 'passes', env })
    expect(output).toContain('LeaseError [PYTHON_NOT_FOUND]')
    expect(output).toContain('PYTHONHOME is set to /nowhere, so every interpreter loads its standard library')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })

  test.each(newest)("Node's permission model without child processes, with Vitest %s", async (version) => {
    const allowed = ['fs-read=*', 'fs-write=*', 'worker', 'addons'].map((scope) => `--allow-${scope}`)
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'passes',
      pool: 'threads',
      wrap: ([node, ...args]) => [node as string, '--permission', ...allowed, ...args],
    })
    expect(output).toContain('LeaseError [PYTHON_NOT_FOUND]')
    expect(output).toContain('Start Node with --allow-child-process.')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })
})
