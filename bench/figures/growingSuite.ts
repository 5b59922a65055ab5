import { join } from 'node:path'
import { atMost, type Row, within } from '../harness/figure.ts'
import { timed } from '../harness/interleave.ts'
import { programs } from '../support/paths.ts'
import { NOTES, Suite } from '../support/suite.ts'

const SIZES = [10, 100, 1_000]
const TESTS = 10
const MB = 1024

/** Time and memory of suites with 100 to 10,000 empty tests, each with a Python of its own. */
export async function growingSuite(): Promise<Row[]> {
  const measured = []
  for (const files of SIZES) measured.push({ tests: files * TESTS, ...(await measure(files)) })
  const [small] = measured as [(typeof measured)[0]]
  return measured.flatMap(({ tests, perTest, extra }) => [
    {
      what: `a suite of ${tests} tests: time per test`,
      figure: perTest,
      unit: 'ms' as const,
      baseline: { what: `${small.tests} tests`, figure: small.perTest },
      targets: [within(perTest, small.perTest, 1.3)],
    },
    {
      what: `a suite of ${tests} tests: main beyond Vitest itself`,
      figure: extra,
      unit: 'MB' as const,
      targets: [atMost(extra, 64, 'MB')],
    },
  ])
}

async function measure(files: number) {
  const ours = await suiteOf(files, { plugin: true })
  const plain = await suiteOf(files, { plugin: false })
  return { perTest: ours.took / (files * TESTS), extra: (ours.peak - plain.peak) / MB }
}

/** Milliseconds, and the peak memory of main in KB. */
async function suiteOf(files: number, { plugin }: { plugin: boolean }) {
  const tests = Array.from({ length: files }, (_, number) => [`f${number}.test.ts`, testFile(plugin)])
  const suite = new Suite(`growing-${files}-${plugin ? 'ours' : 'plain'}`, {
    'vitest.config.ts': config(plugin),
    ...Object.fromEntries(tests),
  })
  const took = await timed(() => suite.run('--reporter=dot'))
  return { took, peak: suite.takeNotes()['peak'] as number }
}

function config(plugin: boolean): string {
  const plugins = plugin ? `[python({ modules: ['${join(programs, 'work.py')}'] })]` : '[]'
  return `import { appendFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'
process.once('exit', () => appendFileSync('${NOTES}', \`peak \${process.resourceUsage().maxRSS}\\n\`))
export default defineConfig({ plugins: ${plugins} })
`
}

function testFile(plugin: boolean): string {
  const head = plugin
    ? `import { test } from 'vitest-environment-python/fixtures'`
    : `import { test } from 'vitest'`
  const body = plugin ? '({ python }) => { python.pid }' : '() => {}'
  return [head, ...Array.from({ length: TESTS }, (_, number) => `test('test ${number}', ${body})`)].join('\n')
}
