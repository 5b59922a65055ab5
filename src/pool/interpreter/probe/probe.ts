import type { Candidate } from '../candidates.ts'
import { lastLines } from '../command/lastLines.ts'
import { runBriefly } from '../command/runBriefly.ts'
import { runCommand } from '../command/runCommand.ts'
import { moduleOf, type Requirements } from '../requirements.ts'
import { ANSWER, PROBE_SCRIPT } from './probeScript.ts'

/** A distribution in an interpreter. Its version is `null` if its metadata is missing. */
export interface Distribution {
  found: boolean
  version: string | null
}

export interface Probe {
  executable: string
  version: string
  implementation: string
  abi: string
  /** The kind of environment that it belongs to; `none` for a system-wide Python. */
  environment: 'venv' | 'conda' | 'none'
  distributions: Record<string, Distribution>
  /** `sys.prefix`. */
  prefix?: string
  /** The files and directories that decide which distributions it has. Some may not exist. */
  watched?: string[]
  /** Whether it comes from the cache. */
  isCached?: boolean
}

export interface ProbeOptions {
  root: string
  env: NodeJS.ProcessEnv
  requirements: Requirements
  /** Milliseconds. */
  deadline: number
  /** Ends it early. */
  signal?: AbortSignal | undefined
}

/** Runs a candidate once. Its `sys.executable` resolves the shim of a version manager. */
export async function probe(candidate: Candidate, about: ProbeOptions): Promise<Probe | { broken: string }> {
  const modules = Object.entries(about.requirements).map(([name, entry]) => [name, moduleOf(name, entry)])
  const command = [...candidate.command, '-c', PROBE_SCRIPT, JSON.stringify(Object.fromEntries(modules))]
  const { root: cwd, env, deadline, signal } = about
  // Only `uv run` may do work that must be ended with care.
  const run = candidate.slow ? runCommand : runBriefly
  const outcome = await run(command, { cwd, env, deadline, signal })
  const answer = outcome.stdout.split('\n').find((line) => line.startsWith(ANSWER))
  if (outcome.ok && answer) return parse(answer.slice(ANSWER.length))
  const output = lastLines(`${outcome.stdout}\n${outcome.stderr}`, candidate.slow ? 5 : 2).join(' / ')
  return { broken: `${outcome.failure || 'does not answer like Python'}${output ? `: ${output}` : ''}` }
}

function parse(answer: string): Probe | { broken: string } {
  try {
    const parsed = JSON.parse(answer) as Probe
    return parsed.executable ? parsed : { broken: 'does not know its own path (sys.executable is empty)' }
  } catch {
    return { broken: `answers with invalid JSON: ${answer}` }
  }
}
