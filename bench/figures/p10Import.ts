import { type Figure, missedBy, within } from '../harness/figure.ts'
import { median } from '../harness/statistics.ts'
import { NOTES, Suite } from '../support/suite.ts'

const MODULES = { fixtures: 'vitest-environment-python/fixtures', grpc: '@grpc/grpc-js' }
const CONFIG = `import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'
export default defineConfig({ plugins: [python()], test: { fileParallelism: false } })
`
const ROUNDS = 4

/** Time that a test file needs to import the fixtures, in its own process. */
export const fixturesImport: Figure = {
  id: 'P10',
  async measure() {
    const files = Object.entries(MODULES).map(([name, module]) => [
      `${name}.test.ts`,
      testThatImports(name, module),
    ])
    const suite = new Suite('imports', { 'vitest.config.ts': CONFIG, ...Object.fromEntries(files) })
    const samples: Record<string, number>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await suite.run('--sequence.shuffle.files', `--sequence.seed=${round}`)
      samples.push(suite.takeNotes())
    }
    const of = (name: keyof typeof MODULES) => median(samples.map((sample) => sample[name] as number))
    const [figure, baseline] = [of('fixtures'), of('grpc')]
    return [
      {
        what: 'import of the fixtures',
        figure,
        unit: 'ms',
        baseline: { what: 'grpc-js', figure: baseline },
        targets: [missedBy(1.27, within(figure, baseline, 0.35))],
      },
    ]
  },
}

function testThatImports(name: string, module: string): string {
  return `import { appendFileSync } from 'node:fs'
import { test } from 'vitest'
const began = performance.now()
await import('${module}')
appendFileSync('${NOTES}', \`${name} \${performance.now() - began}\\n\`)
test('imports', () => {})
`
}
