import { byId, el } from './dom.ts'
import type { Sums } from './drawing/drawCurves.ts'
import { counted, duration, memory } from './format.ts'
import type { Model } from './model.ts'

const VERDICTS = {
  clean: '✓ no process left behind',
  orphans: '✕ orphaned processes',
  unknown: '? not verified',
  unused: '– Python was not used',
  pending: '… the run goes on',
}

/** Verdict, facts and notices above the views. */
export function showHeader(model: Model, sums: Sums): void {
  const { data } = model
  const verdict = byId('verdict')
  verdict.className = `verdict ${data.verdict}`
  verdict.textContent = VERDICTS[data.verdict]
  document.title = `Python report: ${data.verdict}`
  byId('about').textContent = about(model)
  byId('facts').replaceChildren(...factsOf(model, sums).map(fact))
  byId('notices').replaceChildren(
    ...noticesOf(model).map(([text, isBad]) => el('p', { className: `notice ${isBad ? 'bad' : ''}` }, text)),
  )
}

function about({ data }: Model): string {
  const pythons = [
    ...new Set(data.pools.flatMap(({ python }) => (python ? [`Python ${python.version}`] : []))),
  ]
  return [
    data.shards
      ? counted(data.shards.length, 'shard')
      : data.shard && `Shard ${data.shard.index}/${data.shard.count}`,
    `Run ${data.pools.map(({ run }) => run).join(', ')}`,
    `${data.runner.name === 'jest' ? 'Jest' : 'Vitest'} ${data.runner.version}`,
    ...pythons,
    data.commit && `commit ${data.commit.slice(0, 10)}`,
    new Date(data.startedAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' }),
  ]
    .filter(Boolean)
    .join(' · ')
}

interface Fact {
  name: string
  value: string
  more?: string | undefined
  isBad?: boolean
}

function factsOf({ data, length }: Model, sums: Sums): Fact[] {
  const workers = data.workers.filter(({ kind }) => kind === 'worker')
  const crashes = workers.filter(({ exit }) => exit?.crashed).length
  const taken = data.leases.taken.filter((time) => time !== null)
  const failures = data.functions.reduce((sum, one) => sum + one.failures, 0)
  const peak = sums.memory.reduce((most, one) => Math.max(most, one), 0)
  const { latency } = data
  return [
    { name: 'Duration', value: duration(length) },
    {
      name: 'Tests with Python',
      value: taken.length.toLocaleString('en'),
      more: counted(new Set(data.leases.file).size, 'file'),
    },
    { name: 'Workers', value: workers.length.toLocaleString('en') },
    {
      name: 'Calls',
      value: latency.calls.toLocaleString('en'),
      more: failures > 0 ? `${failures} failed` : undefined,
    },
    { name: 'Call p50', value: duration(latency.p50), more: `p95 ${duration(latency.p95)}` },
    ...(peak > 0 ? [{ name: 'Peak memory', value: memory(peak) }] : []),
    { name: 'Crashes', value: String(crashes), isBad: crashes > 0 },
    { name: 'Orphans', value: String(data.orphans.length), isBad: data.orphans.length > 0 },
  ]
}

function fact({ name, value, more, isBad }: Fact): HTMLElement {
  const small = more !== undefined && el('small', {}, more)
  return el('div', { className: isBad ? 'bad' : '' }, el('dt', {}, name), el('dd', {}, value, small))
}

function noticesOf({ data }: Model): [text: string, isBad: boolean][] {
  const problems = data.pools.flatMap(({ findings }) => findings.problems)
  const unknown = data.pools.flatMap(({ findings }) => findings.unknown)
  return [
    ...problems.map((problem): [string, boolean] => [`Not verified: ${problem}`, true]),
    ...unknown.map(({ pid, name, reason }): [string, boolean] => [
      `Cannot tell whether pid ${pid} (${name}) belongs to the run: ${reason}`,
      true,
    ]),
    ...data.cut.map(({ what, kept, left }): [string, boolean] => [
      `This report holds ${kept.toLocaleString('en')} ${what}. ${left.toLocaleString('en')} more were left out.`,
      false,
    ]),
  ]
}
