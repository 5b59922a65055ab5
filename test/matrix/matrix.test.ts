import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Played, type Result, recordResult } from '../../scripts/compatibility-table.mjs'
import { CASES, type Combination, NODES } from '../../scripts/matrix/cases.mjs'
import { SUITES } from '../../scripts/matrix/suites.mjs'
import { build, pack } from '../../scripts/pack.mjs'
import { integrationCache } from '../support/installation.ts'
import { JEST, type VitestVersion } from '../support/versions.ts'
import { installProject, nodeOf, versionOf } from './install.ts'
import { judge, type Outcome, play, type Stage } from './play.ts'
import { pythonOf } from './pythons.ts'

/** `npm run matrix` says which combinations it wants. */
const wanted: string[] = JSON.parse(process.env['MATRIX'] ?? '[]')
const isWanted = ({ id }: Combination) => wanted.length === 0 || wanted.includes(id)
const installed = new Map<string, Promise<void>>()
let directory: string
let tarball: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vitest-python-matrix-'))
  await build()
  tarball = await pack(join(directory, 'packed'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

test.for(CASES.filter(isWanted))('$id', async (combination, { skip }) => {
  const python = await pythonOf(combination.python)
  if (!python) return skip(`This machine has no Python ${combination.python}.`)
  const project = await installedFor(combination)
  const node = await nodeOf(NODES[combination.node]!, join(integrationCache, 'matrix'))
  const version = combination.runner === 'jest' ? JEST : (combination.version as VitestVersion)
  const stage: Stage = { version, directory: project, node, env: { VITEST_PYTHON: python } }
  const suites: Result['suites'] = {}
  const problems: string[] = []
  for (const suite of SUITES.filter(({ name }) => combination.suites.includes(name))) {
    const outcome = await play(suite, stage)
    const differences = judge(suite, outcome)
    suites[suite.name] = playedOf(outcome, differences.length === 0)
    for (const difference of differences) problems.push(`${suite.name}: ${difference}`)
    if (differences.length > 0) console.log(outcome.output, outcome.failed)
  }
  await recordResult({
    id: combination.id,
    ...(await versionsOf(combination, project, node, python)),
    suites,
  })
  expect(problems).toEqual([])
})

/** Combinations that differ only in Node or Python share an installation. */
async function installedFor(combination: Combination): Promise<string> {
  const { runner, version, vite } = combination
  const project = join(directory, [runner, version, vite].join('-'))
  if (!installed.has(project)) installed.set(project, installProject(project, combination, tarball))
  await installed.get(project)
  return project
}

function playedOf(outcome: Outcome, asExpected: boolean): Played {
  const { passed, failed, verdict, orphans, exitCode = -1 } = outcome
  return { asExpected, passed, failed: Object.keys(failed).length, verdict, orphans, exitCode }
}

async function versionsOf({ runner }: Combination, project: string, node: string, python: string) {
  const name = runner === 'jest' ? 'Jest' : 'Vitest'
  const print = async (file: string, ...args: string[]) => (await execa(file, args)).stdout
  return {
    runner: `${name} ${await versionOf(project, runner)}`,
    vite: await versionOf(project, 'vite'),
    node: await print(node, '-p', 'process.versions.node'),
    python: await print(python, '-c', 'import platform; print(platform.python_version())'),
  }
}
