import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Layer, UNMARKED } from '../support/layers.ts'
import { type Scene, withScene } from '../support/scene.ts'

const NO_GROUP: Layer[] = ['control group']
/** What a generation of 2 ms cannot outrun. */
const SEEN_WHILE_FORKING: Layer[] = ['descendants', 'kill tree during the verification']
const BEAT = 'beat'

async function play(scene: Scene, ...call: [string, ...unknown[]]) {
  const run = scene.start({ tests: [{ calls: [call] }] })
  return { ...(await run.ended), beats: await isBeating(scene), left: await scene.survivors() }
}

/** Whether a chain of forks goes on: a look at its processes comes too late for each of them. */
async function isBeating({ directory }: Scene): Promise<boolean> {
  const count = () => readFileSync(join(directory, BEAT)).length
  const before = count()
  await sleep(300)
  return count() > before
}

describe.concurrent('what forks while the run is verified is reported and ended', () => {
  test('one that is born meanwhile', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { ended } = scene.start({ tests: [{ calls: [['late_daemon', 0.5]] }] })
      expect((await ended).exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('one that no sweep has seen before the reaper ended', async () => {
    await withScene({ without: [...NO_GROUP, ...SEEN_WHILE_FORKING] }, async (scene) => {
      const { exitCode, output, beats, left } = await play(scene, 'chain_until_unguarded', BEAT)
      expect(output).toContain('Found 1 orphaned process')
      expect({ exitCode, beats, left }).toEqual({ exitCode: 1, beats: false, left: [] })
    })
  })

  test('control: without the last two sweeps, one that the others have not seen passes for clean', async () => {
    await withScene({ without: [...NO_GROUP, ...SEEN_WHILE_FORKING, 'proof'] }, async (scene) => {
      const { exitCode, output, left } = await play(scene, 'chain_until_unguarded', BEAT)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(left).toHaveLength(1)
    })
  })

  test('a chain of forks with generations of 2 ms', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { exitCode, output, beats, left } = await play(scene, 'chain', 20, BEAT)
      expect(output).toMatch(/Found \d+ orphaned process/)
      expect({ exitCode, beats, left }).toEqual({ exitCode: 1, beats: false, left: [] })
    })
  })

  test('control: without kill tree and descendants, a chain of forks goes on', async () => {
    await withScene({ without: [...NO_GROUP, ...SEEN_WHILE_FORKING] }, async (scene) => {
      expect((await play(scene, 'chain', 20, BEAT)).beats).toBe(true)
    })
  })

  test.each<[string, Layer[], string, number, number]>([
    ['a burst of 200 forks', NO_GROUP, 'Found 200 orphaned processes', 1, 0],
    [
      'control: without cookies and descendants, a burst of 200 forks passes for clean',
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
