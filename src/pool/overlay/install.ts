import { mkdir, rm } from 'node:fs/promises'
import { lastLines } from '../interpreter/command/lastLines.ts'
import type { Outcome } from '../interpreter/command/outcome.ts'
import { runCommand } from '../interpreter/command/runCommand.ts'
import { type Installer, installerEnvironment, installers, type Job } from './installers.ts'

const REMINDER_INTERVAL_MS = 30_000

export interface InstallLimits {
  env: NodeJS.ProcessEnv
  /** The packages, for the progress: "grpcio==1.85.1 protobuf==7.36.2". */
  packages: string
  /** The project's root. Its `[tool.uv]` may name the index. */
  root: string | undefined
  /** An empty directory. The caller removes it afterwards. */
  scratch: string
  /** Milliseconds for all installers together. */
  deadline: number
  signal: AbortSignal | undefined
  progress(line: string): void
}

/** The failure of an installer. */
export interface Failure {
  installer: Installer['name']
  command: string[]
  how: string
  lastLines: string[]
  /** Everything that the installer printed. */
  output: string
  timedOut: boolean
  interrupted: boolean
}

/** Tries one installer after the other. @returns no failure if one of them succeeds, else all failures */
export async function install(job: Job, limits: InstallLimits): Promise<Failure[]> {
  const until = Date.now() + limits.deadline
  const failures: Failure[] = []
  for (const installer of installers(job, limits.scratch, limits.env)) {
    const before = failures.at(-1)
    // Only a Python without pip needs the pip of another environment. A network error would repeat there.
    if (installer.name.startsWith('pip of') && before && !lacksPip(before)) break
    if (before)
      limits.progress(
        `${before.installer} could not install them (${summary(before)}): trying ${installer.name}`,
      )
    else limits.progress(`Installing ${limits.packages} with ${installer.name} …`)
    await rm(job.target, { recursive: true, force: true })
    await mkdir(job.target)
    const failure = await runInstaller(installer, limits, until)
    if (!failure) return []
    failures.push(failure)
    if (failure.timedOut || failure.interrupted) break
  }
  return failures
}

async function runInstaller(
  installer: Installer,
  limits: InstallLimits,
  until: number,
): Promise<Failure | undefined> {
  const started = Date.now()
  const reminder = setInterval(() => {
    limits.progress(`Still waiting for ${installer.name} (${Math.round((Date.now() - started) / 1000)} s) …`)
  }, REMINDER_INTERVAL_MS)
  try {
    for (const command of installer.commands) {
      const deadline = Math.max(until - Date.now(), 1)
      const env = installerEnvironment(limits.env)
      // pip reads no configuration in the working directory, but Python would import modules from it.
      const cwd = installer.name === 'uv' ? (limits.root ?? limits.scratch) : limits.scratch
      const outcome = await runCommand(command, { cwd, env, deadline, signal: limits.signal })
      if (!outcome.ok) return failed(installer, command, outcome, Date.now() >= until)
    }
    return undefined
  } finally {
    clearInterval(reminder)
  }
}

function failed(installer: Installer, command: string[], outcome: Outcome, timedOut: boolean): Failure {
  const output = `${outcome.stdout}\n${outcome.stderr}`
  const ending = lastLines(output, 8)
  // pip catches SIGINT, prints this line, and exits with an ordinary status.
  const interrupted =
    outcome.interrupted || ending.some((line) => line.includes('Operation cancelled by user'))
  return {
    installer: installer.name,
    command,
    how: outcome.failure,
    lastLines: ending,
    output,
    timedOut,
    interrupted,
  }
}

function lacksPip(failure: Failure): boolean {
  return failure.installer === 'pip' && /No module named '?pip\b/.test(failure.lastLines.join('\n'))
}

export function summary({ how, lastLines }: Failure): string {
  return lastLines.at(-1)?.trim() ?? how
}
