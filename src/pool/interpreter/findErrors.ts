import { SetupError } from '../../support/errors.ts'
import { type Candidate, NOT_ON_PATH } from './candidates.ts'
import { MIN_PYTHON, type Rejection } from './judge.ts'

export interface SkippedCandidate {
  candidate: string
  source: string
  reason: string
}

const REMEDY = `name one, as a path or a command, by the option \`python\` or the environment variable VITEST_PYTHON`

/**
 * The error if the interpreter that the user has named cannot be used.
 *
 * @param surroundings sentences about settings that may be the reason
 */
export function explainNamed(
  candidate: Candidate,
  rejection: Rejection,
  surroundings: readonly string[],
): SetupError {
  const about = rejection.code === 'PYTHON_BROKEN' ? surroundings : []
  return new SetupError(
    rejection.code,
    `The Python named by ${candidate.source} cannot be used: ${candidate.name} ${rejection.reason}.\n` +
      about.map((sentence) => `${sentence}\n`).join('') +
      `The plugin does not fall back to another one. Name a CPython ${MIN_PYTHON} or newer, or remove the setting ` +
      "to use the project's own environment.",
  )
}

/**
 * The error if no candidate can be used.
 *
 * @param surroundings as in `explainNamed`
 */
export function explainNone(
  root: string,
  tried: readonly SkippedCandidate[],
  surroundings: readonly string[],
): SetupError {
  const broken = tried.some(({ source }) => source.startsWith('.venv'))
  return new SetupError(
    'PYTHON_NOT_FOUND',
    `No usable Python (CPython ${MIN_PYTHON} or newer) was found for ${root}:\n` +
      `${tried.map(describeSkipped).join('\n')}\n` +
      surroundings.map((sentence) => `${sentence}\n`).join('') +
      `What to do: ${broken ? 'recreate the .venv, or ' : ''}install Python, or ${REMEDY}.`,
  )
}

/** One line about an interpreter that was skipped. */
export function describeSkipped({ candidate, source, reason }: SkippedCandidate): string {
  const where = reason === NOT_ON_PATH ? candidate : source
  const name = where.startsWith(candidate) ? where : `${where}: ${candidate}`
  return `  - ${name} ${reason}`
}
