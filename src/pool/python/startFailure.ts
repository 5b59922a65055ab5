import { describeExit, type Exit } from '../../process/system/exit.ts'

/** An exception of Python that kept something from starting. */
export interface ImportFailure {
  type: string
  message: string
  traceback: string
  module?: string
}

/** What is known of a process that did not come up. */
export interface StartFailure {
  /** "The forkserver", "Worker w3". */
  who: string
  executable: string
  failure?: ImportFailure
  exit?: Exit
  /** Milliseconds, where the deadline passed. */
  waited?: number
  /** The module that was being imported last. */
  importing?: string | undefined
  /** Everything it printed. */
  output: string
}

/** What the process itself says of its failure, which stands above already. */
const OWN_WORDS = /^(forkserver|worker w\d+): [\s\S]*$/m

/** The error text for a process that did not come up: what happened, what it printed, and the likely cause. */
export function explainStartFailure(start: StartFailure): string {
  const printed = lastLines(start.failure ? start.output.replace(OWN_WORDS, '') : start.output, 40)
  return [
    `Python did not start: ${whatHappened(start)}`,
    start.failure && indent(start.failure.traceback),
    printed && `It printed:\n${indent(printed)}`,
    `Interpreter: ${start.executable}`,
    `Likely cause: ${likelyCause(start)}`,
  ]
    .filter(Boolean)
    .join('\n')
}

function whatHappened({ who, failure, exit, waited, importing }: StartFailure): string {
  if (failure?.module) return `importing ${failure.module} raised ${failure.type}: ${failure.message}`
  if (failure) return `${failure.type}: ${failure.message}`
  if (exit)
    return `${who.toLowerCase()} ${describeExit(exit)} before it was ready${importing ? `, while it imported ${importing}` : ''}.`
  return `${who.toLowerCase()} was not ready within ${waited} ms${importing ? `; it was importing ${importing}` : ''}.`
}

function likelyCause({ failure, exit, importing, output }: StartFailure): string {
  const type = failure?.type ?? ''
  if (type === 'SyntaxError' || type === 'IndentationError' || type === 'TabError') {
    return 'a syntax error in the file named above.'
  }
  if (type === 'ModuleNotFoundError') {
    return 'a package that this interpreter does not have: install it there, or choose the interpreter that has it (option `python` or VITEST_PYTHON).'
  }
  if (type.endsWith('ModuleProblem'))
    return 'the options `modules` or `services`; paths are relative to the root of the project.'
  if (failure) return 'the code at the top level of the module, which runs when it is imported.'
  if (exit?.signal === 'SIGKILL')
    return 'the kernel ended it for want of memory (see `dmesg`), or somebody killed it.'
  if (exit?.signal) return `a crash in native code${importing ? ` that importing ${importing} loads` : ''}.`
  if (exit && /No module named|ImportError/.test(output))
    return 'the wrong interpreter, or a damaged installation of it.'
  if (exit)
    return 'code that ends the process (sys.exit, os._exit) when it is imported, or a damaged interpreter.'
  return importing
    ? `${importing} takes long to import or waits for something; raise \`startupTimeout\` if it needs more time.`
    : 'a machine under heavy load; raise `startupTimeout` if it needs more time.'
}

/** The end of a text, at most `count` lines. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ')
}
