import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Layer, UNMARKED } from '../support/layers.ts'
import { type Scene, withScene } from '../support/scene.ts'

const NO_GROUP: Layer[] = ['control group']
/** The layers that are faster than generations of 2 ms. */
const FASTER_THAN_FORKS: Layer[] = ['descendants', 'kill tree during the verification']
const BEAT = 'beat'

async function chain(scene: Scene, count: number) {
  const run = scene.start({ tests: [{ calls: Array.from({ length: count }, () => ['chain', 20, BEAT]) }] })
  return { ...(await run.ended), beats: await isBeating(scene), left: await scene.survivors() }
}

/** Whether a chain goes on. Each of its processes ends before it can be looked at. */
async function isBeating({ directory }: Scene): Promise<boolean> {
  const count = () => readFileSync(join(directory, BEAT)).length
  const before = count()
  // A chain has a generation every 20 ms. Waiting longer costs nothing if it goes on.
  for (const until = performance.now() + 2_000; performance.now() < until && count() === before; )
    await sleep(20)
  return count() > before
}

describe.concurrent('a process that forks during the verification is reported and killed', () => {
  test('a child that is born during the verification', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { ended } = scene.start({ tests: [{ calls: [['late_daemon', 0.5]] }] })
      expect((await ended).exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test.each<[string, Layer[], string, number, number]>([
    ['a child that is born after the end of the reaper', [], 'Found', 1, 0],
    [
      'control: without the last two sweeps, one that is born after the end of the reaper counts as clean',
      ['proof'],
      'No orphaned processes',
      0,
      1,
    ],
  ])('%s', async (_, without, sentence, code, count) => {
    await withScene({ without: [...NO_GROUP, 'sweeps before the proof', ...without] }, async (scene) => {
      // Otherwise the test that leaves it behind fails, and the control could not pass.
      const python = { orphans: { blame: 'run' } }
      const { exitCode, output } = await scene.start({ python, tests: [{ calls: [['heir']] }] }).ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
      expect(await scene.survivors(count * 500)).toHaveLength(count)
    })
  })

  test('a chain of forks with generations of 2 ms', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { exitCode, output, beats, left } = await chain(scene, 1)
      expect(output).toMatch(/Found \d+ orphaned process/)
      expect({ exitCode, beats, left }).toEqual({ exitCode: 1, beats: false, left: [] })
    })
  })

  // One try in three is enough to show that the layers are needed.
  test('control: without kill tree and descendants, a chain of forks goes on', { retry: 2 }, async () => {
    await withScene({ without: [...NO_GROUP, ...FASTER_THAN_FORKS] }, async (scene) => {
      // Three chains, because a sweep may catch one by chance.
      expect((await chain(scene, 3)).beats).toBe(true)
    })
  })

  test.each<[string, Layer[], string, number, number]>([
    ['a burst of 200 forks', NO_GROUP, 'Found 200 orphaned processes', 1, 0],
    [
      'control: without cookies and descendants, a burst of 200 forks counts as clean',
      UNMARKED,
      'No orphaned processes',
      0,
      200,
    ],
  ])('%s', async (_, without, sentence, code, count) => {
    await withScene({ without }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [['burst', 200]] }] }).ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
      expect(await scene.survivors()).toHaveLength(count)
    })
  })
})
