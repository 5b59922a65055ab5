import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { LeakWatch } from '../../../../src/environment/leases/leakWatch.ts'
import { system } from '../../../../src/process/system/system.ts'

/** A process with a child, which starts another one when it is told to. */
async function parent() {
  const script = 'sleep 40 & echo $!; read go; sleep 40 & echo $!; wait'
  const shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], detached: true })
  onTestFinished(() => void process.kill(-shell.pid!, 'SIGKILL'))
  const lines = createInterface({ input: shell.stdout })
  const next = async () => Number((await once(lines, 'line'))[0])
  const first = await next()
  const startAnother = () => {
    shell.stdin.write('\n')
    return next()
  }
  return { pid: shell.pid!, first, startAnother }
}

/** Watches a lease whose worker and reaper these are. */
function watch(pid: number, reaperPid: number, context: object) {
  const leaks = new LeakWatch({ pid, reaperPid, context } as ConstructorParameters<typeof LeakWatch>[0])
  onTestFinished(() => leaks.close())
  return leaks
}

test.skipIf(!system.watchChildren)(
  'all children of the worker and new ones of the reaper count',
  async () => {
    const [worker, reaper] = [await parent(), await parent()]
    const leaks = watch(worker.pid, reaper.pid, { blame: 'test', isolation: 'test' })
    expect(leaks.look()).toEqual({ children: [worker.first], adopted: [], unlisted: false })
    const adopted = await reaper.startAnother()
    const child = await worker.startAnother()
    const { children, ...others } = leaks.look()
    expect([...children].sort()).toEqual([worker.first, child].sort())
    expect(others).toEqual({ adopted: [adopted], unlisted: false })
  },
)

test.each([
  { blame: 'test', isolation: 'shared' },
  { isolation: 'test' },
])('a lease that no test answers for has no suspects: %j', async (context) => {
  const { pid } = await parent()
  expect(watch(pid, pid, context).look()).toMatchObject({ children: [], adopted: [] })
})

test('without a reaper, only the children of the worker count', async () => {
  const { pid, first } = await parent()
  const { children, adopted, unlisted } = watch(pid, 0, { blame: 'test', isolation: 'test' }).look()
  expect({ children, adopted }).toEqual({ children: unlisted ? [] : [first], adopted: [] })
})
