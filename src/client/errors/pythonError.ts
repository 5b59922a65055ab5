import { decode } from '../values/decode.ts'
import { type PythonFrame, sourceExcerpt, stackLines } from './pythonStack.ts'

/** An exception as Python describes it (`PythonFailure` of proto/). */
export interface PythonException {
  type: string
  message: string
  /** Outermost first. */
  frames: PythonFrame[]
  /** `__cause__`, or `__context__` unless it was suppressed. */
  cause?: PythonException | undefined
  notes: string[]
  traceback: string
  bases?: string[]
  /** MessagePack. */
  arguments?: Uint8Array
  group?: PythonException[]
}

/**
 * An exception that Python code raised. Its stack shows the Python frames in front of the JavaScript ones,
 * so that the runner prints both; `cause` is what Python chained to it.
 */
export class PythonError extends Error {
  override readonly name: string
  /** Qualified name of the exception's class; builtins without module: `ValueError`, `embeddings.TooLong`. */
  readonly pythonType: string
  /** Qualified names of the classes that it inherits from, nearest first. */
  readonly pythonBases: string[]
  /** What the exception was made with. An argument that cannot be sent, or has more than 100 kB, is its `repr`. */
  readonly args: unknown[]
  /** What `add_note` added. */
  readonly notes: string[]
  /** The exceptions of an exception group; empty for any other. */
  readonly errors: PythonError[]
  /** The frames of the user's code, innermost first. */
  readonly pythonFrames: PythonFrame[]
  /** The traceback as Python prints it. */
  readonly pythonTraceback: string
  /** Excerpt of the Python source and the exceptions of a group; Vitest prints it between message and stack. */
  readonly codeFrame?: string

  constructor(exception: PythonException) {
    const cause = exception.cause && new PythonError(exception.cause)
    super([exception.message, ...exception.notes].join('\n'), cause && { cause })
    this.name = exception.type
    this.pythonType = exception.type
    this.pythonBases = exception.bases ?? []
    this.args = exception.arguments?.length ? (decode(exception.arguments) as unknown[]) : []
    this.notes = exception.notes
    this.errors = (exception.group ?? []).map((member) => new PythonError(member))
    this.pythonFrames = [...exception.frames].reverse()
    this.pythonTraceback = exception.traceback
    const shown = [sourceExcerpt(this.pythonFrames[0]), ...this.errors.map(describeMember)].filter(Boolean)
    if (shown.length > 0) this.codeFrame = shown.join('\n')
    this.stack = stackOf(this, [])
  }

  /**
   * All of it as plain data.
   *
   * `JSON.stringify` passes a key and gets every field by its name. Vitest passes none; it prints whatever own property
   * of a cause it does not know as a long block, but leaves `type` out, so there the fields stand below `type`.
   */
  toJSON(key?: string): Record<string, unknown> {
    const { name, message, stack, cause, codeFrame, ...fields } = this
    const known = { name, message, stack, ...(codeFrame && { codeFrame }), ...(cause ? { cause } : {}) }
    return key === undefined ? { ...known, type: fields } : { ...known, ...fields }
  }
}

/** The stack of an error with Python's frames in front of the given lines. */
export function stackOf(error: Error, lines: readonly string[]): string {
  const python = 'pythonFrames' in error ? stackLines(error.pythonFrames as PythonFrame[]) : []
  return [`${error.name}: ${error.message}`, ...python, ...lines].join('\n')
}

/** The JavaScript frames of its stack, without Node's and ours. */
export function scriptFrames(error: PythonError): string {
  const [python, all] = [stackOf(error, []), error.stack ?? '']
  const lines = (all.startsWith(python) ? all.slice(python.length + 1) : all).split('\n')
  return lines.filter((line) => !/\(node:|vitest-environment-python[\\/]dist[\\/]/.test(line)).join('\n')
}

/** One exception of a group, with its place and what belongs to it, as lines. */
function describeMember(member: PythonError, index: number): string {
  const head = `${index + 1}. ${member.name}: ${member.message}`
  return [head, member.codeFrame].filter(Boolean).join('\n').replace(/\n/g, '\n     ').replace(/^/, '  ')
}
