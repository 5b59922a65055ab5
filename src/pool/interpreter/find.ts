import { SetupError } from '../../support/errors.ts'
import { type Candidate, candidates, NOT_ON_PATH, type Search } from './candidates.ts'
import { explainNamed, explainNone, type PassedOver } from './findErrors.ts'
import { judge, type Objection } from './judge.ts'
import { type Circumstances, type Distribution, type Probe, probe } from './probe.ts'
import { type Requirements, readRequirements } from './requirements.ts'

export type { Search } from './candidates.ts'
export { describePassedOver, type PassedOver } from './findErrors.ts'

const PROBE_DEADLINE = 15_000
const UV_RUN_DEADLINE = 600_000

/** The Python that the workers run on. */
export interface Interpreter {
  /** `sys.executable`: absolute, resolved once, never a version manager's shim. */
  executable: string
  /** As in `3.11.7`. */
  version: string
  /** As in `cpython-311-x86_64-linux-gnu`: extension modules built for it run on every interpreter that has the same. */
  abi: string
  /** What it stands in: a virtual environment, one of conda, or none, as the machine's own Python. */
  environment: Probe['environment']
  /** Where it was found, for humans. */
  source: string
  /** What was there, stood before it in the order, and could not be used. */
  passedOver: PassedOver[]
  /** What it has of the distributions that the workers need. */
  distributions: Record<string, Distribution>
}

export interface FindOptions {
  /** Told what takes long. */
  progress?: ((line: string) => void) | undefined
  requirements?: Requirements | undefined
  /** Milliseconds that an interpreter has to answer. */
  deadline?: number | undefined
  /** Ends the search early. */
  signal?: AbortSignal | undefined
}

/**
 * Finds the project's Python: the option `python`, `VITEST_PYTHON`, the active environment, `.venv`,
 * `uv run` where there is a `uv.lock`, `python3`, `python`.
 *
 * @throws SetupError `PYTHON_NOT_FOUND` where none can be used; and where the user has named one,
 * `PYTHON_NOT_FOUND`, `PYTHON_BROKEN`, `PYTHON_TOO_OLD` or `PYTHON_NOT_CPYTHON` about that one;
 * `RUN_ENDED` where the search was ended early.
 */
export async function findInterpreter(search: Search, options: FindOptions = {}): Promise<Interpreter> {
  const requirements = options.requirements ?? (await readRequirements())
  const deadline = options.deadline ?? PROBE_DEADLINE
  const tried: (PassedOver & Objection)[] = []
  for (const candidate of candidates(search)) {
    if (candidate.slow)
      options.progress?.(`Asking \`uv run\` for the project's Python (${candidate.source}) …`)
    const limits = { deadline: candidate.slow ? UV_RUN_DEADLINE : deadline, signal: options.signal }
    const answer = await ask(candidate, { ...search, requirements, ...limits })
    if (options.signal?.aborted)
      throw new SetupError('RUN_ENDED', 'The run ended before its Python had been found.')
    if (!('reason' in answer)) return interpreter(answer, candidate, tried)
    if (candidate.explicit) throw explainNamed(candidate, answer)
    tried.push({ candidate: candidate.name, source: candidate.source, ...answer })
  }
  throw explainNone(search.root, tried)
}

async function ask(candidate: Candidate, about: Circumstances): Promise<Probe | Objection> {
  if (candidate.absence) return { code: 'PYTHON_NOT_FOUND', reason: candidate.absence }
  const answer = await probe(candidate, about)
  if ('broken' in answer) return { code: 'PYTHON_BROKEN', reason: answer.broken }
  return judge(answer) ?? answer
}

function interpreter(answer: Probe, candidate: Candidate, tried: (PassedOver & Objection)[]): Interpreter {
  const { executable, version, abi, environment, distributions } = answer
  // That a command is not on PATH is nothing to mention once another one has been found.
  const passedOver = tried
    .filter(({ reason }) => reason !== NOT_ON_PATH)
    .map(({ candidate, source, reason }) => ({ candidate, source, reason }))
  return { executable, version, abi, environment, source: candidate.source, passedOver, distributions }
}
