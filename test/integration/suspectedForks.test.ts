import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const version = versions.at(-1)!
// It has numpy, whose OpenBLAS starts threads.
const developers = fileURLToPath(new URL('../../.cache/python/bin/python', import.meta.url))

const CRASHES = 'import os, signal\ndef crash(): os.kill(os.getpid(), signal.SIGSEGV)\n'

const TESTS = `
import { expect } from 'vitest'
import { test } from 'vitest-environment-python/fixtures'

test('crashes', async ({ python, pythonPool }) => {
  expect((await pythonPool.stats()).startMethod).toBe('fork')
  await expect(python.call('native.crash')).rejects.toThrow(process.env.EXPECTED_LOSS)
})

test('goes on', async ({ python, pythonPool }) => {
  expect(await python.eval\`1 + 1\`).toBe(2)
  expect((await pythonPool.stats()).startMethod).toBe(process.env.EXPECTED_METHOD)
})
`

function run(module: string, env: Record<string, string>) {
  return runVitest({
    version,
    fixture: 'values',
    files: { 'python/native.py': module, 'crash.test.ts': TESTS },
    args: ['crash.test.ts'],
    python: { python: developers, modules: ['./python/native.py'] },
    env,
    deadline: 110_000,
  })
}

test.concurrent('a forked worker that lacks native threads crashes: the error says so, and the run spawns', async ({
  expect,
}) => {
  const { exitCode, output, left } = await run(
    `import numpy\nnumpy.ones((500, 500)) @ numpy.ones((500, 500))\n${CRASHES}`,
    { EXPECTED_LOSS: 'Forking is a likely cause', EXPECTED_METHOD: 'spawn', OPENBLAS_NUM_THREADS: '2' },
  )
  expect(output).toMatch(
    /Workers are spawned from now on, not forked: w\d+, a forked worker, crashed, and it lacked the native threads of \S*openblas/,
  )
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
})

test.concurrent('control: a worker without native threads crashes, and the run goes on forking', async ({
  expect,
}) => {
  const { exitCode, output, left } = await run(CRASHES, {
    EXPECTED_LOSS: 'was killed by SIGSEGV',
    EXPECTED_METHOD: 'fork',
  })
  expect(output).not.toContain('spawned from now on')
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
})
