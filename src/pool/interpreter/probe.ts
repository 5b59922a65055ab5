import type { Candidate } from './candidates.ts'
import { ANSWER, PROBE_SCRIPT } from './probeScript.ts'
import { moduleOf, type Requirements } from './requirements.ts'
import { lastLines, run } from './runCommand.ts'

/** What an interpreter has of one distribution: its version is `null` where its metadata is missing. */
export interface Distribution {
  found: boolean
  version: string | null
}

export interface Probe {
  executable: string
  version: string
  implementation: string
  abi: string
  /** Whether it stands in an environment that is made for a project, or is the machine's own. */
  environment: 'venv' | 'conda' | 'none'
  distributions: Record<string, Distribution>
}

export interface Circumstances {
  root: string
  env: NodeJS.ProcessEnv
  requirements: Requirements
  /** Milliseconds. */
  deadline: number
  /** Ends it early. */
  signal?: AbortSignal | undefined
}

/** Executes a candidate once. A version manager's shim is resolved by what it answers as `sys.executable`. */
export async function probe(candidate: Candidate, about: Circumstances): Promise<Probe | { broken: string }> {
  const modules = Object.entries(about.requirements).map(([name, entry]) => [name, moduleOf(name, entry)])
  const command = [...candidate.command, '-c', PROBE_SCRIPT, JSON.stringify(Object.fromEntries(modules))]
  const { root: cwd, env, deadline, signal } = about
  const outcome = await run(command, { cwd, env, deadline, signal })
  const answer = outcome.stdout.split('\n').find((line) => line.startsWith(ANSWER))
  if (outcome.ok && answer) return parse(answer.slice(ANSWER.length))
  const said = lastLines(`${outcome.stdout}\n${outcome.stderr}`, candidate.slow ? 5 : 2).join(' / ')
  return { broken: `${outcome.failure || 'does not answer as Python does'}${said ? `: ${said}` : ''}` }
}

function parse(answer: string): Probe | { broken: string } {
  try {
    const parsed = JSON.parse(answer) as Probe
    return parsed.executable ? parsed : { broken: 'does not know its own path (sys.executable is empty)' }
  } catch {
    return { broken: `answers with what is not JSON: ${answer}` }
  }
}
