import { describe, expect, test } from 'vitest'
import { SUITES } from '../../scripts/matrix/suites.mjs'
import { judge, play } from '../matrix/play.ts'
import { JEST } from '../support/versions.ts'

const suiteNamed = (name: string) => SUITES.find((suite) => suite.name === name)!

/** Vitest plays these fixtures in `npm test -- integration`. */
describe.concurrent('suites of the matrix, with Jest', () => {
  test.each(['process per file', 'failures', 'orphans'])('%s', async (name) => {
    const suite = suiteNamed(name)
    const outcome = await play(suite, { version: JEST })
    expect(judge(suite, outcome), outcome.output).toEqual([])
  })
})
