import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isNamesake, notJudged } from '../../../../src/cli/verify/notJudged.ts'
import type { KnownRun } from '../../../../src/cli/verify/surveyRuns.ts'
import { unusedSegments } from '../../../../src/process/system/sharedMemory.ts'

test('runs of other users are named by run and user, and never advised to be deleted', () => {
  const of = (pid: number, runId: string, user: number | undefined) => ({ pid, runId, user })
  const foreign = [of(1, 'aaaaaaa', 7), of(2, 'aaaaaaa', 7), of(3, 'aaaaaaa', 8), of(4, 'bbbbbbb', undefined)]
  expect(notJudged({ runs: [], unreadable: [], foreign })).toEqual([
    'Run aaaaaaa was not judged: its processes belong to user 7 (pid 1, 2).',
    'Run aaaaaaa was not judged: its processes belong to user 8 (pid 3).',
    'Run bbbbbbb was not judged: its processes belong to another user (pid 4).',
  ])
})

test('a directory without a record is a namesake, unless processes carry its ID', () => {
  const path = mkdtempSync(join(tmpdir(), 'namesake-'))
  const directory = { runId: 'backups', path }
  const run: KnownRun = {
    runId: 'backups',
    directory,
    owner: 'unknown',
    processes: [],
    kept: [],
    problem: 'x',
  }
  expect(isNamesake(run)).toBe(true)
  expect(isNamesake({ ...run, processes: [{} as KnownRun['processes'][number]] })).toBe(false)
  const { problem, ...trusted } = run
  expect(isNamesake(trusted)).toBe(false)
  writeFileSync(join(path, 'run.json'), '{')
  expect(isNamesake(run)).toBe(false)
  rmSync(path, { recursive: true })
})

test.runIf(process.platform === 'linux')('shared memory is unused once no process has it open', async () => {
  const directory = mkdtempSync('/dev/shm/vp-test-')
  const [used, unused] = [join(directory, 'psm_used'), join(directory, 'psm_unused')]
  for (const path of [used, unused, join(directory, 'other')]) writeFileSync(path, 'x')
  mkdirSync(join(directory, 'psm_directory'))
  const holder = spawn('sh', ['-c', `exec 3<"${used}"; echo; exec sleep 30`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  expect(unusedSegments(directory)).toMatchObject([{ path: unused, bytes: 1 }])
  holder.kill('SIGKILL')
  await new Promise((resolve) => holder.once('exit', resolve))
  expect(unusedSegments(directory)).toHaveLength(2)
  rmSync(directory, { recursive: true })
  expect(unusedSegments(directory)).toEqual([])
})
