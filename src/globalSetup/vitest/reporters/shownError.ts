/** An error as the reporters of Vitest get it. */
export interface ShownError {
  readonly name: string
  readonly message: string
  readonly stack: string
  /** The frames of `stack`. Vitest adds them to errors that arrive from test processes; its HTML report shows no others. */
  readonly stacks?: readonly Frame[]
}

interface Frame {
  readonly method: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Frames of V8: `at name (file:1:2)` and `at file:1:2`. */
const FRAME = /^ {4}at (?:(.*) \()?(.+?):(\d+):(\d+)\)?$/gm

/** Adds the frames to an error that Vitest has not seen yet. */
export function withStacks(error: ShownError): ShownError {
  const stacks = [...error.stack.matchAll(FRAME)].map(([, method = '', file = '', line, column]) => ({
    method,
    file,
    line: Number(line),
    column: Number(column),
  }))
  return { ...error, stacks }
}
