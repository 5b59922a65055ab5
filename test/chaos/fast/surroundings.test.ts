import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Layer, UNMARKED } from '../support/layers.ts'
import { withScene } from '../support/scene.ts'
import { asNobody, giveAway } from '../support/unprivileged.ts'

const isRoot = process.getuid?.() === 0

describe.runIf(isRoot).concurrent('a runner', () => {
  const asInit = (command: string[]) => ['unshare', '--pid', '--fork', '--mount-proc', ...command]

  test.each<[string, Layer[], string, number]>([
    ['that is process 1 passes a clean run', [], 'No orphaned processes', 0],
    [
      'control: if a parent with pid 1 counts as lost, a runner that is process 1 gets no Python',
      ['owner by identity'],
      'The reaper exited',
      1,
    ],
  ])('%s', async (_, without, sentence, code) => {
    await withScene({ without }, async (scene) => {
      const { exitCode, output } = await scene.start({ wrap: asInit }).ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
    })
  })

  test.each<[string, Layer[], string, number]>([
    ['that is process 1 fails a run that leaves a daemon', [], 'Found 1 orphaned process', 1],
    [
      'control: without cookies and descendants, one that is process 1 passes with a daemon',
      UNMARKED,
      'No orphaned processes',
      0,
    ],
  ])('%s', async (_, without, sentence, code) => {
    await withScene({ without }, async (scene) => {
      const run = scene.start({ wrap: asInit, tests: [{ calls: [['daemon_bare']] }] })
      const { exitCode, output } = await run.ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
    })
  })

  test.each([
    'daemon_undumpable',
    'daemon_bare',
    'daemon_wiped',
  ])('without privileges finds %s and kills it', async (call) => {
    await withScene({}, async (scene) => {
      giveAway(scene)
      const { exitCode, output } = await scene.start({ wrap: asNobody, tests: [{ calls: [[call]] }] }).ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('without privileges, under hidepid=2, finds a daemon and kills it', async () => {
    await withScene({}, async (scene) => {
      giveAway(scene)
      const hidden = [
        'unshare',
        '--mount',
        'sh',
        '-c',
        'mount -t proc -o hidepid=2 proc /proc; exec "$@"',
        'sh',
      ]
      const run = scene.start({
        wrap: (command) => [...hidden, ...asNobody(command)],
        tests: [{ calls: [['daemon_bare']] }],
      })
      const { exitCode, output } = await run.ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test.each([
    [
      'fails if a process cannot be read, so that it may belong to the run',
      asNobody,
      1,
      'Cannot tell whether 1 process',
    ],
    [
      'control: passes if it can read that process',
      (command: string[]) => command,
      0,
      'No orphaned processes',
    ],
  ])('%s', async (_, as, code, sentence) => {
    await withScene({}, async (scene) => {
      if (as === asNobody) giveAway(scene)
      const hiding = 'import ctypes,time; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); time.sleep(20)'
      const { exitCode, output } = await scene.start({
        wrap: (command) => ['prlimit', '--rss=9000000000', '--locks=9000000', ...as(command)],
        args: ['--reporter=default', '--reporter=json', '--outputFile.json=out.json'],
        tests: [{ runs: ['sh', '-c', `python3 -c '${hiding}' >/dev/null 2>&1 & sleep 0.3`] }],
      }).ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
      // The reporters know it, too.
      const report = JSON.parse(readFileSync(join(scene.directory, 'out.json'), 'utf8'))
      expect(report.success).toBe(code === 0)
      const messages = report.testResults.map(({ message }: { message: string }) => message).join('')
      expect(messages.includes('Cannot tell whether pid ')).toBe(code !== 0)
    })
  })
})
