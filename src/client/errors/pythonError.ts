import { decode } from '../values/decode.ts'
import { type PythonFrame, sourceExcerpt, stackOf, titleOf } from './pythonStack.ts'

/** An exception as Python describes it (`PythonFailure` in proto/). */
export interface PythonException {
  readonly type: string
  readonly message: string
  /** Outermost first. */
  readonly frames: readonly PythonFrame[]
  /** `__cause__`, or `__context__` unless it was suppressed. */
  readonly cause?: PythonException | undefined
  readonly notes: readonly string[]
  readonly traceback: string
  readonly bases?: readonly string[]
  /** MessagePack. */
  readonly arguments?: Uint8Array
  readonly group?: readonly PythonException[]
}

/**
 * An exception that Python code raised. Its `stack` shows the Python frames in front of the JavaScript ones,
 * so that the runner prints both. Its `cause` is the exception that Python chained to it.
 */
export class PythonError extends Error {
  override readonly name: string
  /** Qualified name of the exception's class, for builtins without module: `ValueError`, `embeddings.TooLong`. */
  readonly pythonType: string
  /** Qualified names of the classes that it inherits from, nearest first. */
  readonly pythonBases: readonly string[]
  /** Arguments of the exception. One that cannot be sent, or that is larger than 100 kB, is replaced by its `repr`. */
  readonly args: readonly unknown[]
  /** Notes that `add_note` added. */
  readonly notes: readonly string[]
  /** The exceptions of an exception group; empty for other exceptions. */
  readonly errors: readonly PythonError[]
  /** The frames of the user's code, innermost first. */
  readonly pythonFrames: readonly PythonFrame[]
  /** The traceback as Python prints it. */
  readonly pythonTraceback: string
  /** Excerpt of the Python source, and the exceptions of a group. Vitest prints it between message and stack. */
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
   * Returns the error as plain data.
   *
   * `JSON.stringify` passes a key and gets all fields side by side. Vitest passes none. It prints each unknown property of
   * a cause as a long block, except `type`, so for Vitest the fields stand below `type`. It prints an error without a
   * message as an object, so it gets one.
   */
  toJSON(key?: string): Record<string, unknown> {
    const { name, message, stack, cause, codeFrame, ...fields } = this
    const known = { name, message, stack, ...(codeFrame && { codeFrame }), ...(cause ? { cause } : {}) }
    if (key !== undefined) return { ...known, ...fields }
    return { ...known, message: message || placeholderOf(this), type: fields }
  }
}

/** Stands for the message of an exception that has none: the assertion that failed, if it was one. */
function placeholderOf({ pythonFrames: [frame] }: PythonError): string {
  const source = frame?.source.trim() ?? ''
  return /^assert\b/.test(source) ? source : '(no message)'
}

/** Frames of Node, of this package and of gRPC, which Jest does not cut off. */
const INTERNAL = /\(node:|vitest-environment-python[\\/]dist[\\/]|[\\/]@grpc[\\/]grpc-js[\\/]/

/** The JavaScript frames of the stack, without the internal ones. */
export function scriptFrames(error: PythonError): string {
  const [python, all] = [stackOf(error, []), error.stack ?? '']
  const lines = (all.startsWith(python) ? all.slice(python.length + 1) : all).split('\n')
  return lines.filter((line) => !INTERNAL.test(line)).join('\n')
}

/** Describes one exception of a group: its position, message and source. */
function describeMember(member: PythonError, index: number): string {
  const head = `${index + 1}. ${titleOf(member)}`
  return [head, member.codeFrame].filter(Boolean).join('\n').replace(/\n/g, '\n     ').replace(/^/, '  ')
}
