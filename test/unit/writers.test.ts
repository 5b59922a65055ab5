import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { showExamined } from '../../src/cli/doctor/showChecks.ts'
import { print, printError, printJson } from '../../src/cli/print.ts'
import { startProgress } from '../../src/cli/setup/progress.ts'
import { showCluster } from '../../src/cli/verify/showCluster.ts'
import { showStatus, showVerification } from '../../src/cli/verify/showRuns.ts'
import { announce } from '../../src/globalSetup/run/output.ts'
import { lastLines } from '../../src/pool/interpreter/command/lastLines.ts'
import { describeHolder } from '../../src/pool/leasing/leaseLog.ts'
import { report } from '../../src/pool/verdict/report.ts'
import type { Findings, Orphan } from '../../src/pool/verdict/verdict.ts'
import { describeKept } from '../../src/process/run/keptProcesses.ts'
import { readLog } from '../../src/process/run/printedText.ts'
import { sweep } from '../../src/process/run/sweep.ts'
import { linuxTable, type ProcessFile } from '../../src/process/system/linux/linuxTable.ts'
import { SetupError } from '../../src/support/errors.ts'

/** A text that erases its line, forges another one, and gives commands to CI services. */
const HOSTILE = 'x\u001b[2K\r\n::error::forged\n##vso[task.complete]\u009b31m\u202e ##[error]y'
const RUN = 'abc1234'

const OUR_COLORS = new RegExp(`${'\u001b'}\\[(?:\\d|22|3\\d|9\\d)m`, 'g')

function expectHarmless(text: string): void {
  const plain = text.replace(OUR_COLORS, '')
  expect(plain).toContain('forged')
  expect(plain).not.toMatch(/(?![\t\n])\p{Cc}|\p{Bidi_Control}/u)
  expect(plain).not.toMatch(/^\s*::|##\w*\[/m)
}

/** A process whose title and name are the hostile text. */
async function hostileProcesses({ readable }: { readable: boolean }) {
  const name = HOSTILE.slice(0, 60)
  const table = linuxTable({
    pids: () => [7],
    read(_, file): ProcessFile {
      if (file === 'stat') return Buffer.from(`7 (${name}) S 1 1 1 ${'0 '.repeat(13)}1 0 500 0\n`, 'latin1')
      if (file === 'cmdline') return Buffer.from(`${HOSTILE}\0--title`)
      if (file === 'status') return Buffer.from('Uid:\t1000\t1000\t1000\t1000\n')
      if (file === 'limits') return Buffer.from('Max resident set  unlimited unlimited bytes\n')
      return readable ? Buffer.from(`VITEST_PYTHON_RUN_ID=${RUN}\0`) : 'denied'
    },
  })
  return sweep(table, { matches: (id) => id === RUN, suspects: [{ runId: RUN, limits: [] }], uid: 1000 })
}

async function hostileFindings(): Promise<Findings> {
  const { found } = await hostileProcesses({ readable: true })
  const { unknown } = await hostileProcesses({ readable: false })
  const holder = { file: HOSTILE, test: HOSTILE }
  const lease = { id: 'l1', workerId: 'w1', workerPid: 9, holder, grantedAt: 0 } as Orphan['leases'][number]
  const orphan = {
    ...found[0]!,
    age: 1,
    survived: 1,
    killed: true,
    leases: [lease],
    tracedBy: 'lease',
  } as Orphan
  return {
    runId: RUN,
    orphans: [orphan],
    unknown,
    kept: [{ ...found[0]!, executable: `/x/${HOSTILE}` }],
    problems: [HOSTILE],
    cleanSweeps: 0,
    looked: 1,
    workersStarted: 1,
    python: HOSTILE,
    stopping: 1,
    sweeping: 1,
  }
}

describe('text of others is harmless in', () => {
  let printed = ''
  beforeEach(() => {
    printed = ''
    const write = (text: unknown) => {
      printed += String(text)
      return true
    }
    vi.spyOn(process.stdout, 'write').mockImplementation(write as never)
    vi.spyOn(process.stderr, 'write').mockImplementation(write as never)
  })
  afterEach(() => vi.restoreAllMocks())

  test('the verdict', async () => {
    const findings = await hostileFindings()
    expect(findings.orphans[0]?.command).toContain('\\x1b[2K\\r\\n::error::forged')
    announce(report(findings))
    expectHarmless(printed)
    printed = ''
    announce(report({ ...findings, orphans: [], unknown: [], problems: [], cleanSweeps: 2 }))
    expectHarmless(printed)
  })

  test('verify and status, as text and as JSON', async () => {
    const { orphans, unknown, kept } = await hostileFindings()
    const verification = {
      requested: {},
      left: orphans,
      reaped: [],
      unreadable: unknown,
      kept,
      problems: [HOSTILE],
      notJudged: [HOSTILE],
      sharedMemory: [{ path: `/dev/shm/psm_${HOSTILE}`, bytes: 1, createdAt: '', unreadable: [] }],
    }
    print(showVerification(verification))
    expectHarmless(printed)
    printed = ''
    const { pid, startTime } = orphans[0]!
    const orphan = {
      pid,
      startTime,
      node: HOSTILE,
      run: HOSTILE,
      tree: HOSTILE,
      command: HOSTILE,
      lease: HOSTILE,
    }
    const survey = { nodes: [], orphans: [{ ...orphan, killed: false }], living: [] }
    print(showCluster({ ...survey, address: HOSTILE, problems: [HOSTILE], elsewhere: [HOSTILE] }))
    expectHarmless(printed)
    print(showCluster({ ...survey, address: HOSTILE, orphans: [], problems: [], elsewhere: [] }))
    expectHarmless(printed)
    printed = ''
    const status = { runId: RUN, ownerPid: 1, age: 1, processes: 1, workers: 1, residentBytes: 1, kept: [] }
    print(showStatus({ runs: [{ ...status, root: HOSTILE }], problems: [HOSTILE], notJudged: [HOSTILE] }))
    expectHarmless(printed)
    printed = ''
    printJson({ ...verification, root: HOSTILE })
    expect(JSON.parse(printed).root).toBe(HOSTILE)
    expectHarmless(printed)
  })

  test('doctor', () => {
    print(showExamined([{ name: 'Python', state: 'problem', found: HOSTILE, remedy: HOSTILE }]))
    expectHarmless(printed)
  })

  test('progress, on a terminal or in a log', () => {
    const progress = startProgress(process.stderr)
    progress.show(HOSTILE)
    progress.done(HOSTILE)
    progress.warn(HOSTILE)
    progress.end()
    expectHarmless(printed)
  })

  test('errors', () => {
    printError(new SetupError('PYTHON_START_FAILED', HOSTILE).message)
    expectHarmless(printed)
    expectHarmless(new SetupError('PYTHON_START_FAILED', HOSTILE).message)
  })

  test('the names of tests, kept processes, logs, and the last lines of a command', () => {
    expectHarmless(describeHolder({ file: 'a', test: HOSTILE }))
    expectHarmless(describeKept([{ pid: 1, executable: `/x/${HOSTILE}` }]))
    expectHarmless(lastLines(HOSTILE, 10).join('\n'))
    const directory = mkdtempSync(join(tmpdir(), 'vp-log-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    writeFileSync(join(directory, 'log'), HOSTILE)
    expectHarmless(readLog(join(directory, 'log')))
  })
})

/** The only files that may write to a stream or a console, each with the reason for which it is safe. */
const WRITERS: Record<string, RegExp> = {
  'cli/print.ts': /write\(`\$\{printable(Json)?\(/,
  'cli/setup/progress.ts': /write\(`\$\{printable\(/,
  'globalSetup/run/output.ts': /write\(`\$\{printable\(/,
  // `describeLeftovers` makes the commands of processes harmless.
  'environment/jest/leaks.ts': /console\.warn\((message|describeLeftovers\(FILE, left\))\)/,
  'environment/vitest/results/blameTests.ts': /console\.warn\(describeLeftovers\(/,
  'environment/vitest/results/failIfLeft.ts': /console\.warn\(message\)/,
  // It escapes what comes from others, since `::error` itself has to arrive.
  'globalSetup/vitest/reporters/precede.ts': /of annotations\) process\.stderr\.write\(`\\n\$\{annotation\}/,
  // A sentence of our own, with a number.
  'environment/vitest/provideFixtures.ts': /console\.info\(hint\)/,
  // To a file of the cache.
  'pool/interpreter/find.ts': /cache\?\.write\(candidate/,
  // To a child process.
  'support/jsonLines.ts': /stream\.write\(`\$\{JSON/,
  // To a worker, between a test process and the broker, and to a debugger: messages, no text.
  'client/lease/brokerSocket.ts': /socket\.write\(framed\(/,
  'pool/broker/testConnection.ts': /socket\.write\(framed\(/,
  'client/session/socketStream.ts': /socket\.write\((this\.#frames\.)?framed\(/,
  'pool/debug/debugPort.ts': /client\.write\(terminated\(restart\)\)/,
  // Its text has passed through `safeLines`.
  'environment/leases/openLease.ts': /console\.error\(describeAborted\(/,
  'client/tracing/guarded.ts': /console\.error\(safeLines\(/,
}

test('no file of src writes to a stream or a console but those that make text harmless', () => {
  const root = fileURLToPath(new URL('../../src', import.meta.url))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const writes = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter(
        (line) => /console\.\w+\(|(?<!decoder)\.write\((?!\{)/.test(line) && !/^\s*(\*|\/\/)/.test(line),
      )
      .map((line) => ({ file, line: line.trim() })),
  )
  expect(writes.filter(({ file, line }) => !WRITERS[file]?.test(line))).toEqual([])
  expect([...new Set(writes.map(({ file }) => file))].sort()).toEqual(Object.keys(WRITERS).sort())
})
