import { expect, test } from 'vitest'
import { costRows } from '../../../bench/figures/cluster/costRows.ts'
import type { Costs, Samples } from '../../../bench/figures/cluster/costs.ts'
import { nodeRows } from '../../../bench/figures/cluster/nodeRows.ts'
import type { Row } from '../../../bench/harness/figure.ts'

function samples(socket: number, tls: number, cluster: number): Samples {
  return { socket: [socket], tls: [tls], cluster: [cluster] }
}

function costs(changed: Partial<Costs> = {}): Costs {
  const same = samples(10, 10, 10)
  return { prefetched: same, spare: same, forked: same, call: same, nothing: same, end: same, ...changed }
}

/** Whether the targets are met of the rows whose description has this text, by their baselines. */
function verdicts(rows: Row[], what: string) {
  const named = rows.filter((row) => row.what.includes(what))
  return named.map(({ baseline, targets }) => [
    baseline?.what,
    targets.map(({ excess }) => (excess <= 1 ? 'met' : 'missed')).join(),
  ])
}

test('a lease may take 8 ms longer than on this machine over a socket; TLS is only for comparison', () => {
  const lease = (cluster: number) =>
    verdicts(costRows(costs({ spare: samples(10, 14, cluster) })), 'from a spare')
  expect(lease(18)).toEqual([
    ['local', 'met'],
    ['local, TLS', ''],
  ])
  expect(lease(18.1)[0]).toEqual(['local', 'missed'])
})

test('a call may take 15 % longer than over a socket', () => {
  const call = (cluster: number) => verdicts(costRows(costs({ call: samples(400, 500, cluster) })), 'call')[0]
  expect(call(459)).toEqual(['local', 'met'])
  expect(call(461)).toEqual(['local', 'missed'])
})

test('only the tests that wait must become faster with each node', () => {
  const rates = { local: 4, 1: 4, 2: 6, 3: 10 }
  const rows = nodeRows({ empty: rates, works: rates, waits: rates })
  expect(verdicts(rows, 'empty')).toEqual([
    ['local', ''],
    ['one node', ''],
    ['one node', ''],
  ])
  // 6 is less than 0.8 of twice 4, and 10 is more than 0.8 of three times 4.
  expect(verdicts(rows, 'wait')).toEqual([
    ['local', ''],
    ['one node', 'missed'],
    ['one node', 'met'],
  ])
})
