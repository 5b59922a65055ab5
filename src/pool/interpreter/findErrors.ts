import { SetupError } from '../../support/errors.ts'
import { type Candidate, NOT_ON_PATH } from './candidates.ts'
import { type Objection, OLDEST_PYTHON } from './judge.ts'

export interface PassedOver {
  candidate: string
  source: string
  reason: string
}

const REMEDY = `the option \`python\` or the environment variable VITEST_PYTHON can name one, as a path or a command`

/** The interpreter that the user has named will not do. */
export function explainNamed(candidate: Candidate, objection: Objection): SetupError {
  return new SetupError(
    objection.code,
    `The Python named by ${candidate.source} cannot be used: ${candidate.name} ${objection.reason}.\n` +
      `No other one is taken in its place. Name a CPython ${OLDEST_PYTHON} or newer there, or take the setting away ` +
      "to have the project's own environment found.",
  )
}

/** None will do. */
export function explainNone(root: string, tried: readonly PassedOver[]): SetupError {
  const broken = tried.some(({ source }) => source.startsWith('.venv'))
  return new SetupError(
    'PYTHON_NOT_FOUND',
    `No usable Python (CPython ${OLDEST_PYTHON} or newer) was found for ${root}:\n` +
      `${tried.map(describePassedOver).join('\n')}\n` +
      `What to do: ${broken ? 'make the .venv anew, or ' : ''}install Python; ${REMEDY}.`,
  )
}

/** One line about an interpreter that was not taken. */
export function describePassedOver({ candidate, source, reason }: PassedOver): string {
  const where = reason === NOT_ON_PATH ? candidate : source
  const name = where.startsWith(candidate) ? where : `${where}: ${candidate}`
  return `  - ${name} ${reason}`
}
