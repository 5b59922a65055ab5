import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import type { Pool } from '../../../../../src/pool/leasing/pool.ts'
import { straysOf } from '../../../../../src/pool/verdict/leaks/strays.ts'
import { system } from '../../../../../src/process/system/system.ts'

/** Starts a shell with children, and returns its pid and those that it prints. */
async function tree(): Promise<number[]> {
  const script = '(sleep 40 & echo $!; wait) & echo $!; sleep 40 & echo $!; wait'
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  onTestFinished(() => void process.kill(-shell.pid!, 'SIGKILL'))
  const pids = [shell.pid!]
  const lines = createInterface({ input: shell.stdout })
  lines.on('line', (line) => pids.push(Number(line)))
  while (pids.length < 4) await once(lines, 'line')
  return pids
}

const poolOf = (reaper: number, own: number[], phase = 'armed') =>
  ({
    runtime: { state: { phase, reaper: { armed: { pid: reaper } } }, forkserverPids: own },
    localPids: () => [],
  }) as unknown as Pool

test.skipIf(!system.childrenOf)('strays are all below the reaper but what is below ours', async () => {
  const [reaper = 0, ...others] = await tree()
  const parent = others.find((pid) => system.childrenOf?.(pid).length === 1) ?? 0
  const [grandchild] = system.childrenOf?.(parent) ?? []
  const other = others.find((pid) => pid !== parent && pid !== grandchild)
  expect(straysOf(poolOf(reaper, [])).sort()).toEqual([...others].sort())
  expect(straysOf(poolOf(reaper, [parent]))).toEqual([other])
  expect(straysOf(poolOf(reaper, [other ?? 0])).sort()).toEqual([parent, grandchild].sort())
  expect(straysOf(poolOf(reaper, [], 'ended'))).toEqual([])
})
