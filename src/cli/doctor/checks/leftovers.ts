import { surveyRuns } from '../../verify/surveyRuns.ts'
import { type Check, ok, problem, warning } from './check.ts'

/** Runs whose runner is dead. */
export interface LeftoverFacts {
  processes: number
  directories: number
}

export const leftoversCheck: Check<LeftoverFacts> = {
  name: 'leftover runs',
  async gather() {
    const dead = (await surveyRuns()).runs.filter(({ owner }) => owner === 'dead')
    const processes = dead.reduce((sum, run) => sum + run.processes.length, 0)
    return { processes, directories: dead.filter(({ directory }) => directory).length }
  },
  judge({ processes, directories }) {
    const remedy = 'vitest-python verify --reap ends and removes them; so does the next run'
    if (processes > 0) return problem(`processes of dead runs: ${processes}`, remedy)
    if (directories > 0)
      return warning(`directories of dead runs: ${directories}`, 'the next run removes them')
    return ok('none')
  },
}
