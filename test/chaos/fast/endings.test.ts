import { describe, expect, test } from 'vitest'
import { UNMARKED } from '../support/layers.ts'
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
  test.each(ENDINGS)('%s is reported and ended', async (_, options) => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start(options).ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test.each(
    ENDINGS,
  )('control: without cookies and descendants, one %s passes for clean and stays', async (_, options) => {
    await withScene({ without: UNMARKED }, async (scene) => {
      const run = scene.start(options)
      expect((await run.ended).output).toContain('No orphaned processes')
      expect(await scene.survivors()).toHaveLength(1)
    })
  })
})
