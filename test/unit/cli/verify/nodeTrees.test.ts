import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { statusOfRuns } from '../../../../src/cli/verify/status.ts'
import { verifyRuns } from '../../../../src/cli/verify/verifyRuns.ts'
import { nodesDirectory } from '../../../../src/process/run/runDirectory.ts'
import { mintRunId } from '../../../../src/process/run/runId.ts'
import { ownIdentity } from '../../../../src/process/system/identify.ts'

const noSignal = async () => {
  throw new Error('nothing is to be killed')
}

describe.runIf(process.platform === 'linux')('on a machine that is a node of a cluster', () => {
  const runId = mintRunId()
  let temporary: string
  let daemon: ReturnType<typeof spawn>

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'vp-'))
    vi.stubEnv('TMPDIR', temporary)
    // As user code starts it: without the directory in its environment.
    daemon = spawn('sleep', ['60'], { env: { VITEST_PYTHON_RUN_ID: runId } })
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    daemon.kill('SIGKILL')
    rmSync(temporary, { recursive: true })
  })

  /** Writes the record of the tree as its actor does. */
  function layTree(startTime: string): void {
    const path = join(nodesDirectory(), runId)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const owner = { ...ownIdentity(), startTime }
    const startedAt = new Date().toISOString()
    writeFileSync(join(path, 'run.json'), JSON.stringify({ runId, owner, root: '/', startedAt, keep: [] }))
  }

  const pidsOf = (list: readonly { pid: number; runId: string }[]) =>
    list.filter((marked) => marked.runId === runId).map(({ pid }) => pid)
  const about = (sentences: readonly string[]) => sentences.filter((text) => text.includes(runId))

  test('a tree whose actor lives is a live run', async () => {
    layTree(ownIdentity().startTime)
    const { left, problems } = await verifyRuns({}, noSignal)
    expect([pidsOf(left), about(problems)]).toEqual([[], []])
    const { runs } = await statusOfRuns()
    expect(runs.find((run) => run.runId === runId)).toMatchObject({ ownerPid: process.pid, processes: 1 })
  })

  test('a tree whose actor has ended is a dead run', async () => {
    layTree('1')
    const { left } = await verifyRuns({}, noSignal)
    expect(pidsOf(left)).toEqual([daemon.pid])
  })

  test('a tree that a node has judged is left to it, if the cluster is verified', async () => {
    const trees = new Set([runId])
    const { left, problems } = await verifyRuns({ trees }, noSignal)
    expect([pidsOf(left), about(problems)]).toEqual([[], []])
    // Control: otherwise, it is judged here.
    const alone = await verifyRuns({}, noSignal)
    expect(pidsOf(alone.left).length + about(alone.problems).length).toBe(1)
  })

  // The node may have left the cluster, or it may be that of another user.
  test('a tree that no node has judged is judged here', async () => {
    layTree('1')
    const { left } = await verifyRuns({ trees: new Set<string>() }, noSignal)
    expect(pidsOf(left)).toEqual([daemon.pid])
  })
})
