/** One line of a Python traceback. */
export interface PythonFrame {
  /** Absolute path, or Python's name for source that is in no file (`<string>`). */
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based; 0 if Python does not know it (before 3.11). */
  readonly column: number
  /** Name of the function, or `<module>`. */
  readonly function: string
  /** Text of the line; empty if it cannot be read. */
  readonly source: string
  /**
   * How many more times a recursion went through this frame.
   *
   * @default 0
   */
  readonly repeated?: number
}

/** Formats Python's frames, innermost first, as lines that Vitest and Node read as frames of a stack. */
export function stackLines(frames: readonly PythonFrame[]): string[] {
  return frames.map((at) => {
    const times = at.repeated ? ` [repeated ${at.repeated} more times]` : ''
    return `    at ${at.function}${times} (${at.file}:${at.line}:${at.column || 1})`
  })
}

/** Excerpt of the source around the place at which an exception was raised. */
export function sourceExcerpt(frame: PythonFrame | undefined): string | undefined {
  if (!frame?.source) return undefined
  const indent = frame.source.length - frame.source.trimStart().length
  const margin = ' '.repeat(`${frame.line}`.length + 2)
  const pointer = `\n${margin}| ${' '.repeat(Math.max(0, frame.column - 1 - indent))}^`
  return `${frame.file}:${frame.line}\n  ${frame.line}| ${frame.source.trim()}${frame.column > 0 ? pointer : ''}`
}

/** The first line of an error, as Python prints it. */
export function titleOf({ name, message }: Pick<Error, 'name' | 'message'>): string {
  return message ? `${name}: ${message}` : name
}

/** Makes the stack of an error: Python's frames, then the given lines. */
export function stackOf(error: Error, lines: readonly string[]): string {
  const python = 'pythonFrames' in error ? stackLines(error.pythonFrames as PythonFrame[]) : []
  return [titleOf(error), ...python, ...lines].join('\n')
}
