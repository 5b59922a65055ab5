import type { Frame, PythonFailure } from './gen/vitest_python/v1/bridge.ts'

/** One line of a Python traceback. */
export type PythonFrame = Frame

/**
 * An exception that Python code raised. Its stack shows the Python frames in front of the JavaScript ones,
 * so that the runner prints both.
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

  constructor(failure: PythonFailure) {
    const cause = failure.cause && new PythonError(failure.cause)
    super([failure.message, ...failure.notes].join('\n'), cause && { cause })
    this.name = failure.type
    this.pythonType = failure.type
    this.pythonFrames = [...failure.frames].reverse()
    this.pythonTraceback = failure.traceback
    this.notes = failure.notes
    const excerpt = codeFrameOf(this.pythonFrames[0])
    if (excerpt !== undefined) this.codeFrame = excerpt
    this.stack = joinStacks(this, this.pythonFrames)
  }
}

/** The worker of this lease ended before the lease did. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError'
}

/** No worker could be leased. */
export class LeaseError extends Error {
  override readonly name = 'LeaseError'
}

/** Makes `error.stack` begin where the caller of our functions stands. */
export function pointAtCaller<E extends Error>(error: E, callerStack: string | undefined): E {
  const frames = callerStack?.split('\n').slice(1).join('\n')
  if (frames === undefined) return error
  if (error instanceof PythonError) error.stack = joinStacks(error, error.pythonFrames, frames)
  else error.stack = `${error.name}: ${error.message}\n${frames}`
  return error
}

function joinStacks(
  error: Error,
  python: PythonFrame[],
  javaScript = error.stack
    ?.split('\n    at ')
    .slice(1)
    .map((frame) => `    at ${frame}`)
    .join('\n') ?? '',
): string {
  const frames = python.map((at) => `    at ${at.function} (${at.file}:${at.line}:${at.column || 1})`)
  return [`${error.name}: ${error.message}`, ...frames, javaScript].filter((part) => part !== '').join('\n')
}

function codeFrameOf(frame: PythonFrame | undefined): string | undefined {
  if (!frame?.source) return undefined
  const number = `${frame.line}`
  const indent = frame.source.length - frame.source.trimStart().length
  const pointer =
    frame.column > 0
      ? `\n${' '.repeat(number.length + 2)}| ${' '.repeat(Math.max(0, frame.column - 1 - indent))}^`
      : ''
  return `${frame.file}:${frame.line}\n  ${number}| ${frame.source.trim()}${pointer}`
}
