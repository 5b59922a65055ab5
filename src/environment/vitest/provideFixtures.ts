import type { RunContext } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/python/pythonClient.ts'
import { PythonView } from '../../client/python/pythonView.ts'
import type { OpenLease } from '../leases/openLease.ts'
import type { PythonPool } from '../leases/pythonPool.ts'
import { seedForTest, seedHint } from '../leases/seed.ts'
import { TestLeases } from '../leases/testLeases.ts'
import { leasesOf } from '../leases/workerLeases.ts'
import { leaseForFile, pythonForFile } from './fileLease.ts'
import { requireContext } from './providedPools.ts'
import { Annotations } from './results/annotations.ts'
import { failIfLeft } from './results/failIfLeft.ts'
import { noteMeta } from './results/testMeta.ts'

type Use<T> = (value: T) => Promise<void>

/** The part of a test's context that the fixtures read. */
interface RunningTest {
  task: {
    name: string
    meta: object
    file: { filepath: string; name: string }
    suite?: { fullTestName?: string }
    result?: { state: string; retryCount?: number; repeatCount?: number }
  }
  /** From Vitest 3.2 on; the test's time limit aborts it. */
  signal?: AbortSignal
  annotate?: unknown
  pythonPoolName: string
}

/** A test that leases. */
type LeasingTest = Pick<RunningTest, 'task' | 'pythonPoolName'> & { signal: AbortSignal | undefined }

// Vitest reads the fixtures that a fixture needs from the source of its first parameter, so each has a pattern there.

/** The fixture `python`. */
export async function providePython(
  { task, signal, annotate, pythonPoolName }: RunningTest,
  use: Use<PythonClient>,
): Promise<void> {
  const context = requireContext(pythonPoolName)
  const annotations = new Annotations({ task, annotate })
  if (context.isolation === 'file') return provideFileView({ task, signal, pythonPoolName }, annotations, use)
  const leases = leasesFor({ task, signal, pythonPoolName }, annotations)
  const client = await leases.lease()
  await use(client)
  await showSeed(task, context, client)
  noteMeta(task, client)
  for (const error of await client.endTest()) annotations.add(error)
  await annotations.sent()
  await endLeases(task, leases)
}

/** Leases of a test, which annotate it. @param number of the first lease */
function leasesFor(
  { task, signal, pythonPoolName }: LeasingTest,
  annotations: Annotations,
  number?: number,
): TestLeases {
  const worker = leasesOf(requireContext(pythonPoolName))
  return new TestLeases(worker, holderOf(task), signal && { signal }, number, { onEnd: annotations.add })
}

/** Prints how to repeat the random numbers of a test that has failed and has drawn some. */
async function showSeed(
  { result }: RunningTest['task'],
  { seed }: RunContext,
  client: OpenLease,
): Promise<void> {
  const hint = result?.state === 'fail' ? seedHint(seed) : undefined
  if (hint && (await client.drewRandomNumbers())) console.info(hint)
}

/** The file's process, with the options of one of its tests. */
async function provideFileView(
  { task, signal, pythonPoolName }: LeasingTest,
  annotations: Annotations,
  use: Use<PythonClient>,
): Promise<void> {
  const client = await leaseForFile(pythonPoolName)
  const context = requireContext(pythonPoolName)
  if (context.seed) client.seed(seedForTest(context.seed.value, holderOf(task), 0))
  const view = new PythonView(client, signal ? { signal } : {})
  const before = client.tally.sum
  await use(view)
  await showSeed(task, context, client)
  noteMeta(task, client, before)
  await view.cancelCalls()
  for (const error of await client.endTest(signal)) annotations.add(error)
  await annotations.sent()
}

/** The fixture `pythonPool`. Its leases are numbered from 1, so they draw other random numbers than `python`. */
export async function providePool(
  { task, signal, annotate, pythonPoolName }: RunningTest,
  use: Use<PythonPool>,
): Promise<void> {
  const annotations = new Annotations({ task, annotate })
  const leases = leasesFor({ task, signal, pythonPoolName }, annotations, 1)
  await use(leases)
  await annotations.sent()
  await endLeases(task, leases)
}

/** Releases the leases of a test, and fails the test if they leave processes behind. */
async function endLeases(task: RunningTest['task'], leases: TestLeases): Promise<void> {
  await leases.releaseAll()
  failIfLeft(task, await leases.leftBehind())
}

/** The fixture `pythonFile`, on the pool of this name. */
export function provideFile(name: string) {
  // biome-ignore lint/correctness/noEmptyPattern: Vitest demands a pattern
  return async ({}, use: Use<PythonClient>) => use(await pythonForFile(name))
}

/** The fixture `pythonProcess`, on the pool of this name. */
export function provideProcess(name: string) {
  // biome-ignore lint/correctness/noEmptyPattern: Vitest demands a pattern
  return async ({}, use: Use<PythonClient>) => {
    const holder = { file: `test process ${process.pid}`, test: '' }
    const leases = new TestLeases(leasesOf(requireContext(name)), holder)
    await use(await leases.lease())
    await leases.releaseAll()
  }
}

function holderOf(task: RunningTest['task']) {
  const names: string[] = []
  for (let at: unknown = task; at; at = (at as { suite?: unknown }).suite)
    names.unshift((at as { name: string }).name)
  return { file: task.file.name, test: names.filter((name) => name !== '').join(' > ') }
}
