import { expect, test } from 'vitest'
import { limitCookie } from '../../../../src/process/run/limitCookie.ts'
import { lineageOf } from '../../../../src/process/run/lineage.ts'
import { type SweepQuery, type SweepResult, sweep } from '../../../../src/process/run/sweep.ts'
import { linux } from '../../../../src/process/system/linux/linux.ts'
import { linuxTable, type ProcessFile } from '../../../../src/process/system/linux/linuxTable.ts'
import type { ProcessTable } from '../../../../src/process/system/table.ts'

const RUN = 'abc1234'
/** Its mark is a lower number. */
const EARLIER = 'aaa0000'
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
  /** The second limit. */
  locks?: bigint
  /** `/proc` shows nothing of it. */
  hidden?: boolean
  /** The owner of its directory. */
  owner?: number
  environ?: string | 'denied' | 'gone'
  uid?: number
}

function tableOf(...fakes: Fake[]): ProcessTable {
  const processes = new Map(fakes.map((fake, index) => [fake.pid ?? index + 1, fake]))
  return linuxTable({
    pids: () => [...processes.keys()],
    exists: (pid) => processes.has(pid),
    owner: (pid) => processes.get(pid)?.owner,
    read(pid, file): ProcessFile {
      const fake = processes.get(pid)
      if (!fake) return 'gone'
      if (fake.hidden) return fake.owner === undefined ? 'gone' : 'denied'
      if (file === 'limits') {
        if (fake.limit === 'denied') return 'denied'
        const limit = fake.limit?.toString() ?? 'unlimited'
        const locks = fake.locks?.toString() ?? 'unlimited'
        return Buffer.from(
          `Max resident set          ${limit} ${limit} bytes\nMax file locks            ${locks} ${locks} locks\n`,
        )
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

test("an unreadable process with the limit of another run is that run's, not unknown", async () => {
  const ending = tableOf({ environ: 'denied', limit: limitCookie(EARLIER) })
  expect((await sweep(ending, query)).unknown).toEqual([])
  // Any other limit below ours may have been lowered to it.
  const lowered = tableOf({ environ: 'denied', limit: 1_000_000n })
  expect((await sweep(lowered, query)).unknown).toMatchObject([{ pid: 1 }])
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

test('one limit is enough, and a process that has lowered the only armed limit is not excluded by it', async () => {
  const lowered = { environ: '', limit: 1n << 40n }
  expect(found(await sweep(tableOf({ ...lowered, locks: limitCookie(RUN) }), query))).toEqual([
    { pid: 1, cookie: 'limit' },
  ])
  const hidden = tableOf({ environ: 'denied', limit: 1n << 40n })
  expect((await sweep(hidden, query)).unknown).toMatchObject([{ pid: 1, runId: RUN }])
  // Control: an unlimited process cannot have inherited the mark.
  expect((await sweep(tableOf({ environ: 'denied' }), query)).unknown).toEqual([])
  const both = { ...query, suspects: [{ runId: RUN, limits: ['RLIMIT_RSS', 'RLIMIT_LOCKS'] as const }] }
  expect((await sweep(hidden, both)).unknown).toEqual([])
})

test('a process of another user with copied marks is told apart, unless the kernel counts it to the run', async () => {
  const table = tableOf({ limit: limitCookie(RUN), environ: `VITEST_PYTHON_RUN_ID=${RUN}\0`, uid: 7 })
  expect(await sweep(table, query)).toMatchObject({ found: [], foreign: [{ pid: 1, runId: RUN, user: 7 }] })
  const members = new Map([[1, { runId: RUN, how: 'descent' } as const]])
  expect((await sweep(table, { ...query, members })).found).toMatchObject([{ pid: 1 }])
})

test('a member that /proc hides is found, and one that has ended has vanished', async () => {
  const member = { runId: RUN, how: 'descent' } as const
  const members = new Map([
    [1, member],
    [9, member],
  ])
  const result = await sweep(tableOf({ hidden: true }), { ...query, members })
  expect(result).toMatchObject({ found: [{ pid: 1, startTime: '', cookie: 'descent' }], vanished: 1 })
})

test('what hidepid=1 shows of strangers and of root is not unknown; an own process is', async () => {
  const shown = tableOf({ hidden: true, owner: 7 }, { hidden: true, owner: 0 }, { hidden: true, owner: 1000 })
  expect((await sweep(shown, unlimited)).unknown).toMatchObject([{ pid: 3, startTime: '' }])
})

test('an unreadable process is unknown only to the dead runs that are older than it', async () => {
  const suspects = [
    { runId: 'newer00', limits: [], notBefore: '600' },
    { runId: 'older00', limits: [], notBefore: '400' },
  ]
  const table = tableOf({ environ: 'denied', startTime: '500' })
  expect((await sweep(table, { ...query, suspects })).unknown).toMatchObject([{ runId: 'older00' }])
  expect((await sweep(table, { ...query, suspects: [] })).unknown).toEqual([])
})

test('life is a matter of identity, and unknown if only the pid can be seen', () => {
  const table = tableOf({ startTime: '500' }, { hidden: true }, { state: 'Z' })
  expect(table.lifeOf({ pid: 1, startTime: '500' })).toBe('alive')
  expect(table.lifeOf({ pid: 1, startTime: '499' })).toBe('ended')
  expect(table.lifeOf({ pid: 2, startTime: '500' })).toBe('unknown')
  expect(table.lifeOf({ pid: 3, startTime: '500' })).toBe('ended')
  expect(table.lifeOf({ pid: 9, startTime: '500' })).toBe('ended')
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
