import { describeExit, type Exit } from '../../process/system/exit.ts'

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

/** The error text: the event, the output of the process, and the likely cause. */
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

/** Type names of the errors that `vitest_python` raises itself. Their texts name the cause. */
const OWN_TYPE = /^vitest_python\.(?!.*ModuleProblem$)/

function hint(start: StartFailure): string {
  if (start.exit === undefined && start.failure === undefined)
    return 'If it needs more time, raise `startupTimeout`.'
  return OWN_TYPE.test(start.failure?.type ?? '') ? '' : `Likely cause: ${likelyCause(start)}`
}

function likelyCause({ failure, exit, importing, output }: StartFailure): string {
  const type = failure?.type ?? ''
  if (type === 'SyntaxError' || type === 'IndentationError' || type === 'TabError') {
    return 'a syntax error in the file named above.'
  }
  if (type === 'ModuleNotFoundError') {
    return 'a package that this interpreter does not have: install it there, or choose an interpreter that has it (option `python` or VITEST_PYTHON).'
  }
  if (type.endsWith('ModuleProblem'))
    return 'a wrong entry in the option `modules` or `services`. Paths are relative to the root of the project.'
  if (failure) return 'the code at the top level of the module, which runs when it is imported.'
  if (exit?.signal === 'SIGKILL')
    return 'the kernel ran out of memory (see `dmesg`), or another program killed it.'
  if (exit?.signal) return `a crash in native code${importing ? ` that ${importing} loads` : ''}.`
  if (exit && /No module named|ImportError/.test(output))
    return 'a wrong interpreter, or a damaged installation.'
  return 'code that ends the process (sys.exit, os._exit) when it is imported, or a damaged interpreter.'
}

/** The last `count` lines of a text. */
export function tailOf(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ')
}
