import { expect, test } from 'vitest'
import { limitCookie } from '../../../../src/process/run/limitCookie.ts'
import { lineageOf } from '../../../../src/process/run/lineage.ts'
import { type SweepQuery, type SweepResult, sweep } from '../../../../src/process/run/sweep.ts'
import { linux } from '../../../../src/process/system/linux.ts'
import { linuxTable, type ProcessFile } from '../../../../src/process/system/linuxTable.ts'
import type { ProcessTable } from '../../../../src/process/system/table.ts'

const RUN = 'abc1234'
const query: SweepQuery = {
  matches: (id) => id === RUN,
  suspects: [{ runId: RUN, limits: ['RLIMIT_RSS'] }],
  uid: 1000,
}
/** As if no limit could be set. */
const unlimited: SweepQuery = { ...query, suspects: [{ runId: RUN, limits: [] }] }

interface Fake {
  pid?: number
  state?: string
  threads?: number
  parent?: number
  startTime?: string
  limit?: bigint | 'denied'
  environ?: string | 'denied' | 'gone'
  uid?: number
}

function tableOf(...fakes: Fake[]): ProcessTable {
  const processes = new Map(fakes.map((fake, index) => [fake.pid ?? index + 1, fake]))
  return linuxTable({
    pids: () => [...processes.keys()],
    read(pid, file): ProcessFile {
      const fake = processes.get(pid)
      if (!fake) return 'gone'
      if (file === 'limits') {
        if (fake.limit === 'denied') return 'denied'
        const limit = fake.limit?.toString() ?? 'unlimited'
        return Buffer.from(`Max resident set          ${limit} ${limit} bytes\n`)
      }
      if (file === 'environ') {
        // Linux answers so for a process that has no memory any more.
        if (fake.state === 'Z') return 'gone'
        if (fake.environ === 'denied' || fake.environ === 'gone') return fake.environ
        return Buffer.from(fake.environ ?? 'PATH=/bin\0')
      }
      if (file === 'status') return Buffer.from(`Name:\tx\nUid:\t${fake.uid ?? 1000}\t0\t0\t0\n`)
      if (file === 'cmdline') return Buffer.from('sleep\u0000100\u0000')
      const { state = 'S', threads = 1, parent = 1, startTime = '500' } = fake
      return Buffer.from(
        `${pid} (sleep) ${state} ${parent} ${'0 '.repeat(15)}${threads} 0 ${startTime} 0 0\n`,
      )
    },
  })
}

const found = (result: SweepResult) => result.found.map(({ pid, cookie }) => ({ pid, cookie }))

test('finds by environment, by limit, and by both', async () => {
  const table = tableOf(
    { environ: `VITEST_PYTHON_RUN_ID=${RUN}\0` },
    { limit: limitCookie(RUN) },
    { environ: `VITEST_PYTHON_RUN_ID=${RUN}\0VITEST_PYTHON_LEASE=l7\0`, limit: limitCookie(RUN) },
    {},
  )
  const result = await sweep(table, query)
  expect(found(result)).toEqual([
    { pid: 1, cookie: 'environment' },
    { pid: 2, cookie: 'limit' },
    { pid: 3, cookie: 'both' },
  ])
  expect(result.found[2]).toMatchObject({ lease: 'l7', command: 'sleep 100', runId: RUN })
  expect(result).toMatchObject({ unknown: [], looked: 4 })
})

test('leaves other runs alone', async () => {
  const table = tableOf({ environ: 'VITEST_PYTHON_RUN_ID=zzzzzzz\0', limit: limitCookie('zzzzzzz') })
  expect((await sweep(table, query)).found).toEqual([])
})

test('finds the outer run by its limit in a run that was started inside it', async () => {
  const table = tableOf({ environ: 'VITEST_PYTHON_RUN_ID=zzzzzzz\0', limit: limitCookie(RUN) })
  expect(found(await sweep(table, query))).toEqual([{ pid: 1, cookie: 'limit' }])
})

test('a zombie is not found, a zombie leader with living threads is', async () => {
  const table = tableOf(
    { limit: limitCookie(RUN), state: 'Z' },
    { limit: limitCookie(RUN), state: 'Z', threads: 3 },
  )
  expect(found(await sweep(table, query))).toEqual([{ pid: 2, cookie: 'limit' }])
  const unmarked = tableOf({ state: 'Z' }, { state: 'Z', threads: 3 })
  expect(await sweep(unmarked, unlimited)).toMatchObject({
    found: [],
    unknown: [{ pid: 2 }],
  })
})

test('an unreadable environment is unknown unless the limit excludes it', async () => {
  const hidden = tableOf({ environ: 'denied' })
  expect((await sweep(hidden, unlimited)).unknown).toMatchObject([{ pid: 1 }])
  expect((await sweep(hidden, query)).unknown).toEqual([])
  const allHidden = tableOf({ environ: 'denied', limit: 'denied' })
  expect((await sweep(allHidden, query)).unknown).toMatchObject([{ pid: 1 }])
})

test('an unreadable process with our limit is found, not unknown', async () => {
  expect(found(await sweep(tableOf({ environ: 'denied', limit: limitCookie(RUN) }), query))).toEqual([
    { pid: 1, cookie: 'limit' },
  ])
})

test('an unreadable process of another user, or one older than the run, is not unknown', async () => {
  const blind = unlimited
  expect((await sweep(tableOf({ environ: 'denied', uid: 0 }), blind)).unknown).toEqual([])
  expect(
    (await sweep(tableOf({ environ: 'denied', startTime: '499' }), { ...blind, notBefore: '500' })).unknown,
  ).toEqual([])
  expect(
    (await sweep(tableOf({ environ: 'denied', startTime: '500' }), { ...blind, notBefore: '500' })).unknown,
  ).toHaveLength(1)
})

test('a process that ends during the sweep is skipped', async () => {
  expect(await sweep(tableOf({ environ: 'gone' }), query)).toMatchObject({ found: [], unknown: [] })
})

test('the real table shows this process and its parent', () => {
  expect(linux.table.pids()).toContain(process.pid)
  expect(linux.table.stat(process.pid)).toMatchObject({ pid: process.pid, parent: process.ppid })
  expect(linux.table.stat(4_194_304)).toBeUndefined()
  expect(linux.table.limits(4_194_304)).toBe('gone')
})

test('the lineage of a process is itself and its ancestors, and is finite', () => {
  const table = tableOf({ pid: 1, parent: 0 }, { pid: 5 }, { pid: 7, parent: 5 }, { pid: 8, parent: 5 })
  expect([...lineageOf(7, table)]).toEqual([7, 5, 1])
  expect([...lineageOf(3, tableOf({ pid: 3, parent: 3 }))]).toEqual([3])
  expect(lineageOf(process.pid, linux.table)).toContain(process.ppid)
})

test('a process older than the run is skipped despite its cookies, which are not read', async () => {
  const mark = { environ: `VITEST_PYTHON_RUN_ID=${RUN}\0` }
  const table = tableOf({ ...mark, startTime: '499' }, { ...mark, startTime: '500' })
  const read: number[] = []
  const limits = (pid: number) => {
    read.push(pid)
    return table.limits(pid)
  }
  const watched = { ...table, limits }
  expect(found(await sweep(watched, { ...query, notBefore: '500' }))).toEqual([
    { pid: 2, cookie: 'environment' },
  ])
  expect(read).toEqual([2])
  // Control: without the time, both belong to the run.
  expect((await sweep(table, query)).found).toHaveLength(2)
})

test('yields to the event loop while it looks at many processes', async () => {
  const table = tableOf(...Array.from({ length: 100 }, () => ({})))
  let turns = 0
  const turn = () => {
    turns += 1
    if (turns < 100) setImmediate(turn)
  }
  setImmediate(turn)
  // 0.1 s in total.
  const limits = (pid: number) => {
    spin(1)
    return table.limits(pid)
  }
  await sweep({ ...table, limits }, query)
  // Control: a sweep that does not yield lets no timer run.
  expect(turns).toBeGreaterThan(1)
})

function spin(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}
