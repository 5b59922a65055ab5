import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { manyFunctions, manyNames } from '../../test/support/manyFunctions.ts'
import { type Figure, within } from '../harness/figure.ts'
import { median } from '../harness/statistics.ts'
import { root } from '../support/paths.ts'
import { Suite } from '../support/suite.ts'

const run = promisify(execFile)

const FUNCTIONS = 1_000
const ROUNDS = 3
const TSCONFIG = {
  compilerOptions: { strict: true, noEmit: true, target: 'esnext', module: 'nodenext', skipLibCheck: true },
  include: ['*.ts'],
}

/** Time in which the compiler checks a test file with 1,000 calls, with and without the types of 1,000 functions. */
export const typeChecking: Figure = {
  id: 'types',
  async measure() {
    const files = { 'tsconfig.json': JSON.stringify(TSCONFIG), 'calls.test.ts': callsText() }
    const untyped = new Suite('untyped', files)
    const typed = new Suite('typed', { ...files, 'python.d.ts': manyFunctions(FUNCTIONS) })
    const times = { typed: [] as number[], untyped: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      times.untyped.push(await checkTime(untyped.directory))
      times.typed.push(await checkTime(typed.directory))
    }
    const [figure, baseline] = [median(times.typed), median(times.untyped)]
    return [
      {
        what: 'tsc, 1,000 calls of 1,000 functions',
        figure,
        unit: 'ms',
        baseline: { what: 'no types', figure: baseline },
        targets: [within(figure, baseline, 1.3)],
      },
    ]
  },
}

/** Milliseconds. */
async function checkTime(directory: string): Promise<number> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', directory, '--extendedDiagnostics'])
  return Number(/^Check time:\s+([\d.]+)s$/m.exec(stdout)?.[1]) * 1_000
}

function callsText(): string {
  const tests = manyNames(FUNCTIONS).map(
    (name, index) => `
test('${name}', async ({ python }) => {
  const result = await python.call('${name}', { text: 'a', top: ${index} })
  expect(result).toBeDefined()
})`,
  )
  return [
    "import { expect } from 'vitest'",
    "import { test } from 'vitest-environment-python/fixtures'",
    ...tests,
  ].join('\n')
}
