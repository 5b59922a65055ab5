import { join } from 'node:path'
import { atMost, type Row, within } from '../harness/figure.ts'
import { timed } from '../harness/interleave.ts'
import { programs } from '../support/paths.ts'
import { NOTES, Suite } from '../support/suite.ts'

const SIZES = [10, 100, 1_000]
const TESTS = 10
const MB = 1024

/**
 * Time and memory of suites with 100 to 10,000 empty tests, each with a Python of its own. All files share the test
 * processes, because Vitest's start of a process for each file would hide what the plugin costs.
 */
export async function growingSuite(note: (rows: Row[]) => void): Promise<void> {
  let before: Growth | undefined
  for (const files of SIZES) {
    const growth = await measure(files)
    note(rowsOf(growth, before ?? growth))
    before = growth
  }
}

type Growth = Awaited<ReturnType<typeof measure>>

function rowsOf(growth: Growth, before: Growth): Row[] {
  const suite = `a suite of ${growth.tests} tests`
  const figure = (what: string, name: 'perTest' | 'plain' | 'busy'): Row => ({
    what: `${suite}: ${what}`,
    figure: growth[name],
    unit: 'ms',
    baseline: { what: `${before.tests} tests`, figure: before[name] },
    targets: name === 'plain' ? [] : [within(growth[name], before[name], 1.3)],
  })
  return [
    figure('time per test', 'perTest'),
    figure('the same without Python', 'plain'),
    figure('processor time of main per test, beyond Vitest', 'busy'),
    {
      what: `${suite}: memory of main beyond Vitest`,
      figure: growth.extra,
      unit: 'MB',
      targets: [atMost(growth.extra, 64, 'MB')],
    },
  ]
}

async function measure(files: number) {
  const ours = await suiteOf(files, { plugin: true })
  const plain = await suiteOf(files, { plugin: false })
  const tests = files * TESTS
  return {
    tests,
    perTest: ours.took / tests,
    plain: plain.took / tests,
    busy: (ours.busy - plain.busy) / tests,
    extra: (ours.peak - plain.peak) / MB,
  }
}

/** Milliseconds, milliseconds of processor time of main, and its peak memory in KB. */
async function suiteOf(files: number, { plugin }: { plugin: boolean }) {
  const tests = Array.from({ length: files }, (_, number) => [`f${number}.test.ts`, testFile(plugin)])
  const suite = new Suite(`growing-${files}-${plugin ? 'ours' : 'plain'}`, {
    'vitest.config.ts': config(plugin),
    ...Object.fromEntries(tests),
  })
  const took = await timed(() => suite.run('--reporter=dot'))
  const { busy = 0, peak = 0 } = suite.takeNotes()
  return { took, busy, peak }
}

function config(plugin: boolean): string {
  const plugins = plugin ? `[python({ modules: ['${join(programs, 'work.py')}'] })]` : '[]'
  return `import { appendFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'
process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  appendFileSync('${NOTES}', \`busy \${(userCPUTime + systemCPUTime) / 1000}\\npeak \${maxRSS}\\n\`)
})
export default defineConfig({ plugins: ${plugins}, test: { isolate: false } })
`
}

function testFile(plugin: boolean): string {
  const head = plugin
    ? `import { test } from 'vitest-environment-python/fixtures'`
    : `import { test } from 'vitest'`
  const body = plugin ? '({ python }) => { python.pid }' : '() => {}'
  return [head, ...Array.from({ length: TESTS }, (_, number) => `test('test ${number}', ${body})`)].join('\n')
}
