import { describe, expect, test } from 'vitest'
import { send } from '../support/identity.ts'
import { withScene } from '../support/scene.ts'

describe.concurrent('a Python process that ends during a test', () => {
  test('the forkserver: its test fails with the reason, and the next test gets a new one', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [{ name: 'struck', hold: 3_000 }, { name: 'next' }] })
      await run.until('held')
      const forkserver = await run.role('forkserver-1')
      send(forkserver, 'SIGKILL')
      const { exitCode, output } = await run.ended
      expect(output).toMatch(/forkserver was killed by SIGKILL/)
      expect(output).toMatch(/Tests +1 failed \| 1 passed/)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test.each([
    ['killed by SIGKILL', 'crash', [9]],
    ['killed by SIGABRT', 'crash', [6]],
    ['killed by SIGSEGV', 'crash_in_c', []],
  ])('a worker %s: the error has the signal, the Python frames and the last output', async (how, call, args) => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [[call, ...args]] }, {}] }).ended
      expect(output).toContain(how)
      expect(output).toContain('the last line before the end')
      if (call === 'crash_in_c')
        expect(output).toMatch(/trouble\.py.*_dereference_nothing|_dereference_nothing.*trouble\.py/)
      expect(output).toMatch(/Tests +1 failed \| 1 passed/)
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })
})

describe.concurrent('a setup that throws', () => {
  test('after the setup of Python leaves nothing', async () => {
    await withScene({}, async (scene) => {
      const env = { CHAOS_SETUP: './throwingSetup.ts' }
      const { exitCode, output } = await scene.start({ env, python: { start: 'eager', spares: 2 } }).ended
      expect(output).toContain('this setup comes after the one of Python, and throws')
      expect(exitCode).toBe(1)
      expect(await scene.survivors(1_000)).toEqual([])
      expect(scene.runDirectories()).toEqual([])
    })
  })

  test('because a module that has started a daemon raises leaves nothing', async () => {
    await withScene({}, async (scene) => {
      const python = { start: 'eager', modules: ['./python/raises.py'] }
      const { exitCode, output } = await scene.start({ python }).ended
      expect(output).toContain('this module leaves something and raises')
      expect(exitCode).toBe(1)
      expect(await scene.survivors(1_000)).toEqual([])
      expect(scene.runDirectories()).toEqual([])
    })
  })
})
