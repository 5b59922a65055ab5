import { codeFrame, type PythonFrame, stackLines } from './pythonStack.ts'

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
}

/**
 * An exception that Python code raised. Its stack shows the Python frames in front of the JavaScript ones,
 * so that the runner prints both; `cause` is what Python chained to it.
 */
export class PythonError extends Error {
  override readonly name: string
  /** Qualified name of the exception's class; builtins without module: `ValueError`, `embeddings.TooLong`. */
  readonly pythonType: string
  /** The frames of the user's code, innermost first. */
  readonly pythonFrames: PythonFrame[]
  /** The traceback as Python prints it. */
  readonly pythonTraceback: string
  /** What `add_note` added. */
  readonly notes: string[]
  /** Excerpt of the Python source; Vitest prints it between message and stack. */
  readonly codeFrame?: string

  constructor(exception: PythonException) {
    const cause = exception.cause && new PythonError(exception.cause)
    super([exception.message, ...exception.notes].join('\n'), cause && { cause })
    this.name = exception.type
    this.pythonType = exception.type
    this.pythonFrames = [...exception.frames].reverse()
    this.pythonTraceback = exception.traceback
    this.notes = exception.notes
    const excerpt = codeFrame(this.pythonFrames[0])
    if (excerpt !== undefined) this.codeFrame = excerpt
    pointAtCaller(this, undefined)
  }
}

/** The worker of this lease ended before the lease did. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError'
}

/** No worker could be leased. It has no frames: it comes from the pool, and no line of a test is at fault. */
export class LeaseError extends Error {
  override readonly name = 'LeaseError'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.stack = `${this.name}: ${message}`
  }
}

/** Where the caller of `below` stands, for an error that comes later. */
export function callerStack(below: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  return holder.stack ?? ''
}

/** Gives an error the stack of whoever called us, with Python's frames in front where it has some. */
export function pointAtCaller<E extends Error>(error: E, callerStack: string | undefined): E {
  const frames = callerStack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  const python = error instanceof PythonError ? stackLines(error.pythonFrames) : []
  error.stack = [`${error.name}: ${error.message}`, ...python, ...frames].join('\n')
  return error
}
