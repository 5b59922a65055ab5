import { debugLog } from '../../support/debugLog.ts'
import { SetupError } from '../../support/errors.ts'
import { type Candidate, candidates, NOT_ON_PATH, type Search } from './candidates.ts'
import { explainNamed, explainNone, type SkippedCandidate } from './findErrors.ts'
import { judge, type Rejection } from './judge.ts'
import { type Distribution, type Probe, type ProbeOptions, probe } from './probe/probe.ts'
import type { ProbeCache } from './probe/probeCache.ts'
import { type Requirements, readRequirements } from './requirements.ts'
import { surroundings } from './surroundings.ts'

export type { Search } from './candidates.ts'
export { describeSkipped, type SkippedCandidate } from './findErrors.ts'

const PROBE_TIMEOUT_MS = 15_000
/** `uv run` may have to create the environment first. */
const UV_RUN_TIMEOUT_MS = 600_000

const debug = debugLog('python')

/** The Python that the workers run on. */
export interface Interpreter {
  /** `sys.executable`: an absolute path, never the shim of a version manager. */
  executable: string
  /** For example `3.11.7`. */
  version: string
  /** For example `cpython-311-x86_64-linux-gnu`. Extension modules run on every interpreter with the same ABI. */
  abi: string
  /** The kind of environment that it belongs to; `none` for a system-wide Python. */
  environment: Probe['environment']
  /** Where it was found, for messages. */
  source: string
  /** The better candidates that exist but cannot be used. */
  skipped: SkippedCandidate[]
  /** Which of the distributions that the workers need it has. */
  distributions: Record<string, Distribution>
  /** `sys.prefix`. */
  prefix?: string | undefined
  /** Whether these facts come from the cache. */
  isCached?: boolean | undefined
}

export interface FindOptions {
  /** Reports a step that takes long. */
  progress?: ((line: string) => void) | undefined
  requirements?: Requirements | undefined
  /** Milliseconds that an interpreter has to answer. */
  deadline?: number | undefined
  /** Answers of earlier runs. Without it, interpreters are always asked. */
  cache?: ProbeCache | undefined
  /** Asks the interpreters, because an answer in the cache may be wrong. */
  isRecheck?: boolean | undefined
  /** Ends the search early. */
  signal?: AbortSignal | undefined
}

/**
 * Finds the project's Python: the option `python`, `VITEST_PYTHON`, the active environment, `.venv`, `uv run` if there is
 * a `uv.lock`, `python3`, `python`.
 *
 * @throws SetupError `PYTHON_NOT_FOUND` if no candidate can be used. If the user has named one: `PYTHON_NOT_FOUND`,
 * `PYTHON_BROKEN`, `PYTHON_TOO_OLD` or `PYTHON_NOT_CPYTHON` about that one. `RUN_ENDED` if the search was aborted.
 */
export async function findInterpreter(search: Search, options: FindOptions = {}): Promise<Interpreter> {
  const requirements = options.requirements ?? readRequirements()
  const deadline = options.deadline ?? PROBE_TIMEOUT_MS
  const tried: (SkippedCandidate & Rejection)[] = []
  for (const candidate of candidates(search)) {
    if (candidate.slow)
      options.progress?.(`Asking \`uv run\` for the project's Python (${candidate.source}) …`)
    const limits = { deadline: candidate.slow ? UV_RUN_TIMEOUT_MS : deadline, signal: options.signal }
    const answer = await ask(candidate, { ...search, requirements, ...limits }, options)
    if (options.signal?.aborted)
      throw new SetupError('RUN_ENDED', 'The run ended before its Python was found.')
    debug('%s (%s): %s', candidate.name, candidate.source, 'reason' in answer ? answer.reason : 'is used')
    if (!('reason' in answer)) return interpreter(answer, candidate, tried)
    if (candidate.explicit) throw explainNamed(candidate, answer, surroundings(search.env))
    tried.push({ candidate: candidate.name, source: candidate.source, ...answer })
  }
  throw explainNone(search.root, tried, surroundings(search.env))
}

async function ask(
  candidate: Candidate,
  about: ProbeOptions,
  { cache, isRecheck }: FindOptions,
): Promise<Probe | Rejection> {
  if (candidate.absence) return { code: 'PYTHON_NOT_FOUND', reason: candidate.absence }
  if (isRecheck) cache?.discard(candidate, about)
  const cached = cache?.read(candidate, about)
  if (cached) return { ...cached, isCached: true }
  const began = Date.now()
  const answer = await probe(candidate, about)
  if ('broken' in answer) return { code: 'PYTHON_BROKEN', reason: answer.broken }
  const rejection = judge(answer)
  if (!rejection) cache?.write(candidate, about, answer, began)
  return rejection ?? answer
}

function interpreter(
  answer: Probe,
  candidate: Candidate,
  tried: (SkippedCandidate & Rejection)[],
): Interpreter {
  const { watched, implementation, ...facts } = answer
  // If another interpreter was found, a command that is not on PATH is not worth mentioning.
  const skipped = tried
    .filter(({ reason }) => reason !== NOT_ON_PATH)
    .map(({ candidate, source, reason }) => ({ candidate, source, reason }))
  return { ...facts, source: candidate.source, skipped }
}
