import { expect, test } from 'vitest'
import { LeaseLog } from '../../../../src/pool/leasing/leaseLog.ts'
import { judge } from '../../../../src/pool/verdict/verdict.ts'
import { type Verification, verify } from '../../../../src/pool/verdict/verify.ts'
import { linux } from '../../../../src/process/system/linux/linux.ts'
import { linuxTable, type ProcessFile } from '../../../../src/process/system/linux/linuxTable.ts'

const RUN = 'abc1234'

/** A machine with these processes. Signals kill them, unless `mortal` is false. */
function machine(initial: Fake[], options: { mortal?: boolean; bornAfterKill?: Fake } = {}) {
  const alive = new Map(initial.map((fake) => [fake.pid, started(fake)]))
  const table = linuxTable({
    pids: () => [...alive.keys()],
    read: (pid, file) => read(alive.get(pid), file),
    executable: (pid) => alive.get(pid)?.executable ?? '',
  })
  const killed: number[] = []
  const verification: Verification = {
    runId: RUN,
    table,
    leases: new LeaseLog(),
    keep: ['gpg-agent'],
    reaper: { pid: 1, startTime: '1' },
    query: { suspects: [{ runId: RUN, limits: ['RLIMIT_RSS'] }], uid: 1000 },
    async signal(targets) {
      for (const { pid } of targets) {
        killed.push(pid)
        if (options.mortal !== false) alive.delete(pid)
      }
      const born = options.bornAfterKill
      if (born && killed.length < 3)
        alive.set(born.pid + killed.length, started({ ...born, pid: born.pid + killed.length }))
      return []
    },
    killTree: async () => ({ killed: [], left: [], empty: true }),
    endReaper: async () => void alive.delete(1),
  }
  return { alive, killed, verification }
}

interface Fake {
  pid: number
  session?: number
  lease?: string
  /** Milliseconds that it has lived when the machine is made. */
  age?: number
  start?: number
  hidden?: boolean
  environ?: string
  executable?: string
}

function started(fake: Fake): Fake {
  return { ...fake, start: Math.round((Date.now() - linux.bootedAt() - (fake.age ?? 0)) / 10) }
}

function read(fake: Fake | undefined, file: string): ProcessFile {
  if (!fake) return 'gone'
  if (file === 'stat')
    return Buffer.from(`${fake.pid} (x) S 1 1 ${fake.session ?? 1} ${'0 '.repeat(13)}1 0 ${fake.start} 0\n`)
  if (file === 'limits')
    return fake.hidden ? 'denied' : Buffer.from('Max resident set  unlimited unlimited bytes\n')
  if (file === 'status') return Buffer.from('Uid:\t1000\t1000\t1000\t1000\n')
  if (file === 'cmdline') return Buffer.from('x')
  if (fake.hidden) return 'denied'
  const lease = fake.lease ? `VITEST_PYTHON_LEASE=${fake.lease}\0` : ''
  return Buffer.from(fake.environ ?? `VITEST_PYTHON_RUN_ID=${RUN}\0${lease}`)
}

const findings = async (verification: Verification) => {
  const found = await verify(verification)
  return { ...found, runId: RUN, workersStarted: 1, stopping: 1 }
}

test('an empty machine is clean after two sweeps, and the reaper has ended', async () => {
  const { verification, killed } = machine([{ pid: 1 }, { pid: 2, environ: 'PATH=/\0' }])
  const found = await findings(verification)
  expect(judge(found)).toBe('clean')
  expect(found).toMatchObject({ cleanSweeps: 2, orphans: [] })
  expect(killed).toEqual([])
})

test('a reaper that cannot be ended is found by the last sweeps', async () => {
  const { verification } = machine([{ pid: 1 }])
  const found = await findings({ ...verification, endReaper: async () => {} })
  expect(judge(found)).toBe('orphans')
})

test('a survivor is recorded as an orphan and killed', async () => {
  const { verification, killed } = machine([{ pid: 1 }, { pid: 7 }])
  const found = await findings(verification)
  expect(judge(found)).toBe('orphans')
  expect(found.orphans).toMatchObject([{ pid: 7, killed: true }])
  expect(killed).toEqual([7])
})

test('a process that is born during the kill is recorded and killed, too', async () => {
  const { verification } = machine([{ pid: 1 }, { pid: 7 }], { bornAfterKill: { pid: 100 } })
  const found = await findings(verification)
  expect(found.orphans.map(({ pid, killed }) => [pid, killed])).toEqual([
    [7, true],
    [101, true],
    [102, true],
  ])
})

test('an orphan that cannot be killed is reported as alive', { timeout: 30_000 }, async () => {
  const { verification } = machine([{ pid: 1 }, { pid: 7 }], { mortal: false })
  const found = await findings(verification)
  expect(found.orphans).toMatchObject([{ pid: 7, killed: false }])
  expect(judge(found)).toBe('orphans')
})

test('a process that cannot be read leaves the run unproven', async () => {
  const { verification } = machine([{ pid: 1 }, { pid: 9, hidden: true }])
  const found = await findings(verification)
  expect(judge(found)).toBe('unknown')
  expect(found.unknown).toMatchObject([{ pid: 9 }])
})

test('a failing signaller leaves the run unproven', async () => {
  const { verification } = machine([{ pid: 1 }, { pid: 7 }])
  const found = await findings({ ...verification, signal: () => Promise.reject(new Error('no Python')) })
  expect(found.problems).toContain('Orphans could not be killed: no Python')
})

test('an orphan is traced by its lease, else by the session of its worker, else by its start time', async () => {
  const { verification } = machine([
    { pid: 1 },
    { pid: 7, lease: 'l1' },
    { pid: 8, session: 51 },
    { pid: 9 },
    { pid: 10, age: 60_000 },
  ])
  const { leases } = verification
  for (const [index, test] of ['one', 'two'].entries()) {
    const holder = { file: 'a.test.ts', test }
    leases.take(leases.open(`w${index + 1}`, 50 + index, holder), holder)
  }
  // Prefetched: no test has used it.
  leases.open('w3', 52, { file: 'a.test.ts', test: '' })
  const { orphans } = await verify(verification)
  const traces = orphans.map(({ pid, tracedBy, leases }) => [pid, tracedBy, ...leases.map(({ id }) => id)])
  expect(traces).toEqual([
    [7, 'lease', 'l1'],
    [8, 'session', 'l2'],
    [9, 'time', 'l1', 'l2'],
    [10, 'time'],
  ])
})

test('leases whose begin and end are reported late are told apart by their own times', async () => {
  const { verification } = machine([{ pid: 1 }, { pid: 9, age: 5_000 }])
  const { leases } = verification
  const ago = (seconds: number) => Date.now() - seconds * 1_000
  const lease = (test: string, taken: number) => {
    const holder = { file: 'a.test.ts', test }
    const record = leases.open('w1', 50, holder, ago(60))
    leases.take(record, holder, taken)
    return record
  }
  leases.close(lease('one', ago(10)), ago(7))
  lease('two', ago(6))
  const { orphans } = await verify(verification)
  expect(orphans.map(({ leases }) => leases.map(({ holder }) => holder.test))).toEqual([['two']])
})

test('a process whose executable is named in keep is counted, not killed, and no orphan', async () => {
  const { verification, killed } = machine([{ pid: 1 }, { pid: 2, executable: '/usr/bin/gpg-agent' }])
  const found = await findings(verification)
  expect(found.kept).toMatchObject([{ pid: 2, executable: '/usr/bin/gpg-agent' }])
  expect(judge(found)).toBe('clean')
  expect(killed).toEqual([])
})

test('control: the others beside a kept process are orphans, and killed', async () => {
  const { verification, killed } = machine([
    { pid: 1 },
    { pid: 2, executable: '/usr/bin/gpg-agent' },
    { pid: 3, executable: '/usr/bin/python3.11' },
    { pid: 4 },
  ])
  const found = await findings(verification)
  expect(found.orphans.map(({ pid }) => pid)).toEqual([3, 4])
  expect(found.kept.map(({ pid }) => pid)).toEqual([2])
  expect(judge(found)).toBe('orphans')
  expect(killed).toEqual([3, 4])
})

test('an orphan that no sweep finds any more counts as alive until its identity is gone', async () => {
  const { alive, verification } = machine([{ pid: 1 }, { pid: 7 }], { mortal: false })
  const endReaper = async () => {
    alive.delete(1)
    // It has shed its marks, as sudo does.
    alive.set(7, { ...alive.get(7)!, environ: 'PATH=/\0' })
  }
  const found = await findings({ ...verification, endReaper })
  expect(found).toMatchObject({ cleanSweeps: 2, orphans: [{ pid: 7, killed: false }] })
  expect(judge(found)).toBe('orphans')
}, 30_000)

test('what the reaper has killed last, or could not kill, is an orphan', async () => {
  const { verification } = machine([{ pid: 1 }])
  const killTree = async () => ({ killed: [{ pid: 70, startTime: '5' }], left: [], empty: true })
  const found = await findings({ ...verification, killTree })
  expect(found.orphans).toMatchObject([{ pid: 70, cookie: 'descent', killed: true }])
  expect(judge(found)).toBe('orphans')
})

test('what the reaper could not kill is an orphan that is alive', async () => {
  const { alive, verification } = machine([{ pid: 1 }, { pid: 70, environ: 'PATH=/\0' }])
  const startTime = String(alive.get(70)?.start)
  const killTree = async () => ({ killed: [], left: [{ pid: 70, startTime }], empty: false })
  const found = await findings({ ...verification, killTree })
  expect(found.orphans).toMatchObject([{ pid: 70, cookie: 'descent', killed: false }])
  expect(judge(found)).toBe('orphans')
}, 30_000)

test('a descendant that only the kernel counts leaves the run unproven', async () => {
  const { verification } = machine([{ pid: 1 }])
  const found = await findings({
    ...verification,
    killTree: async () => ({ killed: [], left: [], empty: false }),
  })
  expect(found.problems).toEqual([expect.stringContaining('does not show')])
  expect(judge(found)).toBe('unknown')
})

test('a sweep that fails leaves the run unproven, and the reaper is ended all the same', async () => {
  const { alive, verification } = machine([{ pid: 1 }])
  const pids = () => {
    throw new Error('EMFILE: too many open files')
  }
  const found = await findings({ ...verification, table: { ...verification.table, pids } })
  expect(found.problems).toContainEqual(expect.stringContaining('EMFILE'))
  expect(judge(found)).toBe('unknown')
  expect(alive.has(1)).toBe(false)
})
