import { SetupError } from '../../support/errors.ts'
import type { Interpreter } from '../interpreter/find.ts'
import { explainCause } from './cause.ts'
import type { Failure } from './install.ts'
import { type Job, manualCommand } from './installers.ts'
import type { Outdated } from './installPlan.ts'
import { quote } from './quote.ts'

const OTHER_PYTHON = 'name another interpreter by the option `python` or by VITEST_PYTHON'

export function explainOutdated(interpreter: Interpreter, outdated: readonly Outdated[]): SetupError {
  const list = outdated.map(
    ({ name, version, minimum }) => `  - ${name} ${version} is installed, ${minimum} or newer is needed`,
  )
  const upgrade = [
    interpreter.executable,
    '-m',
    'pip',
    'install',
    '--upgrade',
    ...outdated.map(({ name, minimum }) => `${name}>=${minimum}`),
  ]
  return new SetupError(
    'PYTHON_PACKAGE_TOO_OLD',
    `Packages of ${describe(interpreter)} are too old for the workers:\n${list.join('\n')}\n` +
      `They are not replaced behind your back. What to do: upgrade them, as by\n  ${quote(upgrade)}\nor ${OTHER_PYTHON}.`,
  )
}

export function explainInstallation(
  interpreter: Interpreter,
  job: Job,
  failures: readonly Failure[],
  limits: { env: NodeJS.ProcessEnv; deadline: number },
): SetupError {
  if (failures.at(-1)?.interrupted)
    return new SetupError(
      'OVERLAY_INTERRUPTED',
      `The installation into ${job.target} was interrupted; the next run begins it anew.`,
    )
  const words = failures.flatMap(({ installer, how, lastLines }) => [
    `${installer} ${how}:`,
    ...lastLines.map((line) => `  | ${line}`),
  ])
  return new SetupError(
    'OVERLAY_INSTALL_FAILED',
    `${describe(interpreter)} lacks what the workers need, and it could not be installed.${cause(failures, job, limits.deadline)}\n` +
      `${words.join('\n')}\n${remedies(job, failures, limits.env)}`,
  )
}

function cause(failures: readonly Failure[], job: Job, deadline: number): string {
  const last = failures.at(-1)
  if (last?.timedOut)
    return `\nAfter ${deadline / 1000} s ${last.installer} had not finished; this was waited for:\n  ${quote(last.command)}`
  const sentence = explainCause(failures.map(({ output }) => output).join('\n'), job.target)
  return sentence && `\n${sentence}`
}

function remedies(job: Job, failures: readonly Failure[], env: NodeJS.ProcessEnv): string {
  const noVenv = failures.some(({ command }) => command.includes('venv'))
  const tools = noVenv
    ? '  - this Python has neither pip nor a venv module that works: install one of them (Debian and Ubuntu:\n' +
      '    apt install python3-pip, or apt install python3-venv), or uv, and run again\n'
    : ''
  return (
    `What to do, one of:\n${tools}  - where the index can be reached, run this; what it leaves is taken from then on:\n` +
    `    ${quote(manualCommand(job, env))}\n` +
    '  - set VITEST_PYTHON_CACHE to a directory that a machine with a network has filled\n' +
    "  - install grpcio and the others into the interpreter's own environment\n" +
    `  - ${OTHER_PYTHON}, one that has them`
  )
}

/** They are there, and cannot be imported together with what the interpreter has. */
export function explainUnusable(
  interpreter: Interpreter,
  specifiers: readonly string[],
  problem: string,
): SetupError {
  const command = [interpreter.executable, '-m', 'pip', 'install', ...specifiers]
  return new SetupError(
    'OVERLAY_UNUSABLE',
    `What the workers need was installed, but ${describe(interpreter)} cannot import it together with its own packages:\n` +
      `  ${problem}\nThe interpreter's own packages come first. What to do: install the missing ones beside them, as by\n` +
      `  ${quote(command)}\nor ${OTHER_PYTHON}.`,
  )
}

/** The cache directory cannot be written. */
export function explainCache(overlay: string, error: NodeJS.ErrnoException): SetupError {
  const reasons: Record<string, string> = {
    EACCES: 'it is not yours to write',
    EPERM: 'it is not yours to write',
    EROFS: 'its file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a part of the path is a file',
  }
  return new SetupError(
    'OVERLAY_CACHE_UNWRITABLE',
    `Python packages that the workers need cannot be put into ${overlay}: ${reasons[error.code ?? ''] ?? error.message} ` +
      `(${error.code ?? 'no code'}${error.path ? `, ${error.path}` : ''}).\n` +
      'What to do: set VITEST_PYTHON_CACHE to a directory that can be written, or take an interpreter that has grpcio and the others.',
    { cause: error },
  )
}

function describe({ version, executable, source }: Interpreter): string {
  return `Python ${version} (${executable}, from ${source})`
}
