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
    ({ name, version, minimum }) => `  - ${name} ${version} is installed, ${minimum} or newer is required`,
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
      `The plugin does not change your environment. What to do: upgrade them, for example by\n  ${quote(upgrade)}\nor ${OTHER_PYTHON}.`,
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
      `The installation into ${job.target} was interrupted. The next run starts it again.`,
    )
  const words = failures.flatMap(({ installer, how, lastLines }) => [
    `${installer} ${how}:`,
    ...lastLines.map((line) => `  | ${line}`),
  ])
  return new SetupError(
    'OVERLAY_INSTALL_FAILED',
    `${describe(interpreter)} lacks packages that the workers need, and they could not be installed.${cause(failures, job, limits.deadline)}\n` +
      `${words.join('\n')}\n${remedies(job, failures, limits.env)}`,
  )
}

function cause(failures: readonly Failure[], job: Job, deadline: number): string {
  const last = failures.at(-1)
  if (last?.timedOut)
    return `\n${last.installer} did not finish within ${deadline / 1000} s. The command was:\n  ${quote(last.command)}`
  const sentence = explainCause(failures.map(({ output }) => output).join('\n'), job.target)
  return sentence && `\n${sentence}`
}

function remedies(job: Job, failures: readonly Failure[], env: NodeJS.ProcessEnv): string {
  const noVenv = failures.some(({ command }) => command.includes('venv'))
  const tools = noVenv
    ? '  - this Python has neither pip nor a working venv module: install one of them (Debian and Ubuntu:\n' +
      '    apt install python3-pip, or apt install python3-venv), or uv, and run again\n'
    : ''
  return (
    `What to do, one of:\n${tools}  - run this with access to the index; the next run uses the result:\n` +
    `    ${quote(manualCommand(job, env))}\n` +
    '  - set VITEST_PYTHON_CACHE to a directory that was filled on a machine with network access\n' +
    "  - install these packages into the interpreter's own environment\n" +
    `  - ${OTHER_PYTHON} that has them`
  )
}

/** The error if the installed packages cannot be imported together with the interpreter's own. */
export function explainUnusable(
  interpreter: Interpreter,
  specifiers: readonly string[],
  problem: string,
): SetupError {
  const command = [interpreter.executable, '-m', 'pip', 'install', ...specifiers]
  return new SetupError(
    'OVERLAY_UNUSABLE',
    `The packages that the workers need were installed, but ${describe(interpreter)} cannot import them together with its own packages:\n` +
      `  ${problem}\nThe interpreter's own packages take precedence. What to do: install the missing ones beside them, for example by\n` +
      `  ${quote(command)}\nor ${OTHER_PYTHON}.`,
  )
}

/** The error if the cache directory cannot be written. */
export function explainCache(overlay: string, error: NodeJS.ErrnoException): SetupError {
  const reasons: Record<string, string> = {
    EACCES: 'you are not permitted to write there',
    EPERM: 'you are not permitted to write there',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a part of the path is a file',
  }
  return new SetupError(
    'OVERLAY_CACHE_UNWRITABLE',
    `Cannot install the Python packages that the workers need into ${overlay}: ${reasons[error.code ?? ''] ?? error.message} ` +
      `(${error.code ?? 'no code'}${error.path ? `, ${error.path}` : ''}).\n` +
      'What to do: set VITEST_PYTHON_CACHE to a writable directory, or use an interpreter that has these packages.',
    { cause: error },
  )
}

function describe({ version, executable, source }: Interpreter): string {
  return `Python ${version} (${executable}, from ${source})`
}
