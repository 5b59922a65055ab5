import { describeExit, type Exit } from '../../../process/system/exit.ts'

/** A Python exception that made a start fail. */
export interface ImportFailure {
  type: string
  message: string
  traceback: string
  module?: string
}

/** The facts about a process that did not become ready. */
export interface StartFailure {
  /** "The forkserver", "Worker w3". */
  who: string
  executable: string
  failure?: ImportFailure
  exit?: Exit
  /** Milliseconds, if it was not ready in time. */
  waited?: number
  /** The module that was imported last. */
  importing?: string | undefined
  /** Everything it printed. */
  output: string
}

/** The process's own report of its failure. The error text contains it already. */
const OWN_REPORT = /^(forkserver|worker w\d+): [\s\S]*$/m

/** The error text: the event, the output of the process, and the next step. */
export function explainStartFailure(start: StartFailure): string {
  const printed = tailOf(start.failure ? start.output.replace(OWN_REPORT, '') : start.output, 40)
  return [
    `Python did not start: ${describeEvent(start)}`,
    start.failure && indent(start.failure.traceback),
    printed && `It printed:\n${indent(printed)}`,
    `Interpreter: ${start.executable}`,
    hint(start),
  ]
    .filter(Boolean)
    .join('\n')
}

function describeEvent({ who, failure, exit, waited, importing }: StartFailure): string {
  if (failure?.module) return `importing ${failure.module} raised ${failure.type}: ${failure.message}`
  if (failure) return `${failure.type}: ${failure.message}`
  if (exit)
    return `${who.toLowerCase()} ${describeExit(exit)} before it was ready${importing ? `, while importing ${importing}` : ''}.`
  return `${who.toLowerCase()} was not ready within ${waited} ms${importing ? `; it was importing ${importing}` : ''}.`
}

/** Signals that the kernel sends to a process that crashes. */
const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGABRT', 'SIGTRAP'])

/** Type names of the errors that `vitest_python` raises itself. Their texts name the cause. */
const OWN_TYPE = /^vitest_python\.(?!.*ModuleProblem$)/

function hint(start: StartFailure): string {
  if (start.exit === undefined && start.failure === undefined)
    return 'If it needs more time, raise `startupTimeout`.'
  return start.failure ? hintForFailure(start.failure) : hintForExit(start)
}

function hintForFailure({ type, module }: ImportFailure): string {
  if (OWN_TYPE.test(type)) return ''
  if (type === 'SyntaxError' || type === 'IndentationError' || type === 'TabError')
    return 'Correct the syntax of the file named above.'
  if (type === 'ModuleNotFoundError')
    return 'Install the package for this interpreter, or choose an interpreter that has it (option `python` or VITEST_PYTHON).'
  if (type.endsWith('ModuleProblem'))
    return 'Correct the entry in the option `modules` or `services`. Paths are relative to the root of the project.'
  return module ? 'The code at the top level of a module runs when it is imported.' : ''
}

/** The cause of such an end was not seen, so the text names the places to look at. */
function hintForExit({ exit, importing, output }: StartFailure): string {
  if (exit?.signal === 'SIGKILL')
    return 'Another program has killed it, or the kernel, if memory ran out (`dmesg` shows that).'
  if (exit?.signal && CRASHES.has(exit.signal))
    return `Native code has crashed${importing ? ` while ${importing} was imported` : ''}.`
  if (exit?.signal) return `Another process, or the process itself, sent ${exit.signal}.`
  if (/No module named|ImportError/.test(output))
    return 'An import has failed. Check that this is the interpreter that you want, and that its packages are complete.'
  return 'Check if a module ends the process (sys.exit, os._exit) when it is imported, and if the interpreter works by itself.'
}

/** The last `count` lines of a text. */
export function tailOf(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ')
}
