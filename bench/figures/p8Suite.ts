import { atMost, type Figure } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { Suite } from '../support/suite.ts'

const TEST = `import { expect, test } from 'vitest'
test('adds', () => expect(1 + 1).toBe(2))
`
const PLAIN = `import { defineConfig } from 'vitest/config'
export default defineConfig({})
`
const WITH_PLUGIN = `import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'
export default defineConfig({ plugins: [python()] })
`

/** The cost of the plugin for a suite that doesn't use Python. */
export const suiteWithoutPython: Figure = {
  id: 'P8',
  async measure() {
    const plain = new Suite('plain', { 'vitest.config.ts': PLAIN, 'a.test.ts': TEST })
    const plugged = new Suite('plugged', { 'vitest.config.ts': WITH_PLUGIN, 'a.test.ts': TEST })
    const samples = await interleave(12, {
      plain: () => timed(() => plain.run()),
      plugged: () => timed(() => plugged.run()),
    })
    const [figure, baseline] = [median(samples.plugged), median(samples.plain)]
    // Compares runs that are next to each other in time, because Vitest varies more than the plugin costs.
    const cost = median(samples.plugged.map((took, index) => took - (samples.plain[index] as number)))
    return [
      {
        what: 'suite without Python',
        figure,
        unit: 'ms',
        baseline: { what: 'no plugin', figure: baseline },
        targets: [],
      },
      { what: 'the plugin alone', figure: cost, unit: 'ms', targets: [atMost(cost, 20, 'ms')] },
    ]
  },
}
