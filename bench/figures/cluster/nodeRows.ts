import { type Row, reaches } from '../../harness/figure.ts'
import type { Load, Rates } from './nodes.ts'

/** The tests that only wait show whether work reaches all nodes, because all nodes share the processors. */
const SHARE = 0.8

const WHAT: Record<Load, string> = {
  empty: 'empty tests',
  works: 'tests that compute for 0.1 s',
  waits: 'tests that wait for 1 s',
}

/** The tests per second with several nodes beside those with one. */
export function nodeRows(rates: Rates): Row[] {
  return (Object.keys(WHAT) as Load[]).flatMap((load) => {
    const { local = 0, ...byNodes } = rates[load]
    const { 1: one = 0 } = byNodes
    return Object.entries(byNodes).map(([nodes, figure]) => ({
      what: `${WHAT[load]}, ${nodes} node${nodes === '1' ? '' : 's'}`,
      figure,
      unit: '/s' as const,
      baseline: nodes === '1' ? { what: 'local', figure: local } : { what: 'one node', figure: one },
      targets:
        nodes === '1' || load !== 'waits'
          ? []
          : [reaches(figure, one, Number((SHARE * Number(nodes)).toFixed(1)))],
    }))
  })
}
