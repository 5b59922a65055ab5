import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

// The bridge does not depend on the runner, so one version suffices.
const version = versions.at(-1)!

test.concurrent.for([
  'references',
  'callbacks',
  'time',
  'inline',
  'authoring',
])('the bridge: %s', async (part, { expect }) => {
  const { exitCode, output, left } = await runVitest({
    version,
    fixture: 'bridge',
    args: [`${part}.test.ts`],
  })
  expect(output).toContain('No orphaned processes')
  expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
  expect(left).toEqual(NOTHING)
})

// The development Python has numpy.
const developers = fileURLToPath(new URL('../../.cache/python/bin/python', import.meta.url))

test.concurrent.for([
  ['16 MB cross by shared memory', ''],
  ['if shared memory cannot be opened, bytes are sent in chunks', 'closed'],
  ['if that is noticed late, one call fails', 'later'],
] as const)('%s', async ([, without], { expect }) => {
  const { exitCode, output, left } = await runVitest({
    version,
    fixture: 'bridge',
    args: ['buffers.test.ts'],
    python: { python: developers, modules: ['./python/buffers.py'] },
    env: { BRIDGE_WITHOUT_MEMORY: without },
  })
  expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
  expect(left).toEqual(NOTHING)
})

test.concurrent.for([
  { transport: 'tls' },
  { transport: 'tls', isolation: 'file' },
  { transport: 'auto' },
])('calls, callbacks, stubs and 64 MB cross, and no key is printed, with %j', async (python, { expect }) => {
  const { exitCode, output, left } = await runVitest({
    version,
    fixture: 'bridge',
    args: ['tls.test.ts'],
    python,
  })
  expect(output).not.toContain('PRIVATE KEY')
  expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
  expect(left).toEqual(NOTHING)
})

const isolations = ['test', 'file', 'shared']

test.concurrent.for(
  isolations,
)('a test that reaches its time limit shows where Python was: %s', async (isolation, { expect }) => {
  const { exitCode, output, left } = await runVitest({
    version,
    fixture: 'bridge',
    args: ['limit.test.ts'],
    python: { isolation },
  })
  expect(output).toContain('Test timed out in 500ms')
  expect(output).toMatch(
    /The test ended while Python was at work:\s+Traceback[\s\S]*agent\.py", line \d+, in sleep/,
  )
  // Control: without the interrupt, the next test in the same process would wait for a minute.
  expect(output).toMatch(/Tests +1 failed \| 1 passed/)
  expect(output).toContain('No orphaned processes')
  expect(exitCode).toBe(1)
  expect(left).toEqual(NOTHING)
})
