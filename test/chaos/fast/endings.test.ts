import { describe, expect, test } from 'vitest'
import type { RunOptions } from '../support/run.ts'
import { withScene } from '../support/scene.ts'

const ENDINGS: [string, RunOptions][] = [
  ['that fails', { tests: [{ calls: [['daemon']], fails: true }] }],
  [
    'of a run that bails',
    { args: ['--bail', '1'], tests: [{ calls: [['daemon']], fails: true }, { hold: 5_000 }] },
  ],
  ['that calls process.exit', { tests: [{ calls: [['daemon']], exits: 0 }] }],
]

describe.concurrent('a leak of a test', () => {
  test.each(ENDINGS)('%s is reported and killed', async (_, options) => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start(options).ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })
})
