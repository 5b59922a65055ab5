// Measures one case inside the namespaces of a cluster: `CASE` names it, and the result is written to `CLUSTER_OUT`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureCosts } from './costs.ts'
import { measureNodes } from './nodes.ts'

const CASES: Record<string, () => Promise<unknown>> = { costs: measureCosts, nodes: measureNodes }

const { CASE = '', CLUSTER_OUT = '' } = process.env
const measure = CASES[CASE]
if (!measure) throw new Error(`There is no case "${CASE}". Choose from ${Object.keys(CASES).join(', ')}.`)
writeFileSync(join(CLUSTER_OUT, `${CASE}.json`), JSON.stringify(await measure()))
