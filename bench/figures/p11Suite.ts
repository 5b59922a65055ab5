import { join } from 'node:path'
import { type Figure, missedBy, type Row, within } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { programs, python } from '../support/paths.ts'
import { Suite } from '../support/suite.ts'

const FILES = 20
const TESTS = 10
const ROUNDS = 3
const CONFIG = `import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'
export default defineConfig({ plugins: [python({ modules: ['${join(programs, 'work.py')}'] })] })
`
const PLAIN = `import { defineConfig } from 'vitest/config'
export default defineConfig({})
`

/** The ways in which the same tests reach Python. Each defines `test` and `call`. */
const WAYS = {
  ours: `import { test as base } from 'vitest-environment-python/fixtures'
import { expect } from 'vitest'
const test = (name, run) => base(name, ({ python }) => run((value) => python.call('work.echo', [value])))
`,
  stub: `import { expect, test as base } from 'vitest'
const test = (name, run) => base(name, () => run(async (value) => value))
`,
  shell: `import { once } from 'node:events'
import { afterAll, expect, test as base } from 'vitest'
import { PythonShell } from 'python-shell'
const shell = new PythonShell('${join(programs, 'lines.py')}', { mode: 'json', pythonPath: '${python}' })
afterAll(() => new Promise((resolve, reject) => shell.end((error) => (error ? reject(error) : resolve()))))
async function call(value) {
  const answer = once(shell, 'message')
  shell.send(value)
  return (await answer)[0]
}
const test = (name, run) => base(name, () => run(call))
`,
  spawn: `import { expect, test as base } from 'vitest'
import { execa } from 'execa'
async function call(value) {
  const { stdout } = await execa('${python}', ['${join(programs, 'lines.py')}'], { input: JSON.stringify(value) })
  return JSON.parse(stdout)
}
const test = (name, run) => base(name, () => run(call), 60_000)
`,
}

/** A suite of 200 tests in 20 files, with three calls in each test. With our fixtures, each test has a Python of its own. */
export const suiteWithPython: Figure = {
  id: 'P11',
  async measure() {
    const ways = ['ours', 'stub', 'shell'] as const
    const runs = Object.fromEntries(ways.map((way) => [way, runOf(way)])) as Record<
      (typeof ways)[number],
      () => Promise<number>
    >
    const samples = await interleave(ROUNDS, runs)
    const spawn = await runOf('spawn')()
    const [ours, stub, shell] = ways.map((way) => median(samples[way])) as [number, number, number]
    return [
      row(ours, 'a stub, no Python', stub, 1.5, 1.4),
      row(ours, 'one python-shell for the tests of a file', shell, 1, 1.5),
      row(ours, 'a process for each call', spawn, 0.1, 1.5),
    ]
  },
}

function row(figure: number, what: string, baseline: number, factor: number, missed: number): Row {
  return {
    what: '200 tests in 20 files, 3 calls each',
    figure,
    unit: 'ms',
    baseline: { what, figure: baseline },
    targets: [missedBy(missed, within(figure, baseline, factor))],
  }
}

function runOf(way: keyof typeof WAYS): () => Promise<number> {
  const files = Array.from({ length: FILES }, (_, number) => [`f${number}.test.ts`, testFile(way)])
  const config = way === 'ours' ? CONFIG : PLAIN
  const suite = new Suite(`200-${way}`, { 'vitest.config.ts': config, ...Object.fromEntries(files) })
  return () => timed(() => suite.run())
}

function testFile(way: keyof typeof WAYS): string {
  const tests = Array.from(
    { length: TESTS },
    (_, number) => `
test('test ${number}', async (call) => {
  for (const value of [1, 2, 3]) expect(await call(value)).toBe(value)
})`,
  )
  return [WAYS[way], ...tests].join('\n')
}
