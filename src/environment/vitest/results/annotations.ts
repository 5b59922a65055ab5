import { clearTimeout, setTimeout } from '../../../support/clock.ts'
import { safeLines, safeText } from '../../../support/text/safeText.ts'

/** Vitest's `context.annotate`. A string as body is base64. */
type Annotate = (
  message: string,
  type: string,
  attachment: { contentType: string; body: string },
) => Promise<unknown>

/** The part of a test's context that is used here. */
export interface AnnotatedTest {
  readonly task: { result?: { state: string } }
  /** From Vitest 3.2 on. */
  readonly annotate?: unknown
}

/** The type of the annotations: the name of the property in JUnit, and the title of GitHub's notice. */
const TYPE = 'Python'

/** Milliseconds that the end of a test waits until the main process has its annotations. */
const SENT_TIMEOUT_MS = 500

/** Attaches to a test how its Python crashed, or where it was interrupted. It neither fails nor holds up the test. */
export class Annotations {
  readonly #test: AnnotatedTest
  readonly #pending: Promise<unknown>[] = []
  readonly #known = new Set<string>()

  constructor(test: AnnotatedTest) {
    this.#test = test
  }

  /** @param error of a call: its stack has the line of the test */
  readonly add = (error: Error): void => {
    const { message, body } = describe(error)
    // All open calls of a worker that crashes get the same error.
    if (this.#known.has(body) || typeof this.#test.annotate !== 'function') return
    this.#known.add(body)
    const annotate = this.#test.annotate as Annotate
    const attachment = { contentType: 'text/plain', body: Buffer.from(body).toString('base64') }
    try {
      const done = whileRunning(this.#test, () => at(error, () => annotate(message, TYPE, attachment)))
      this.#pending.push(Promise.resolve(done).catch(() => {}))
    } catch {
      // An annotation is not worth a failure.
    }
  }

  /** Waits until the main process has them. Without annotations, it does not wait. */
  async sent(): Promise<void> {
    if (this.#pending.length === 0) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, SENT_TIMEOUT_MS)
    })
    await Promise.race([Promise.all(this.#pending.splice(0)), late])
    clearTimeout(timer)
  }
}

/** The annotation of an error: one line, and the text of the attachment. */
export function describe(error: Error): { message: string; body: string } {
  const [first = ''] = error.message.split('\n')
  const traceback = (error as { pythonTraceback?: string }).pythonTraceback
  if (!traceback) return { message: safeText(first), body: safeLines(error.message) }
  const isInterrupted = 'pythonType' in error
  const message = isInterrupted ? `The test ended while Python was at work${placeOf(error)}.` : first
  return { message: safeText(message), body: safeLines(traceback) }
}

function placeOf(error: object): string {
  const { pythonFrames: [frame] = [] } = error as {
    pythonFrames?: { function: string; file: string; line: number }[]
  }
  return frame ? ` in ${frame.function} (${frame.file}:${frame.line})` : ''
}

/**
 * Vitest refuses annotations when a test has failed, and it has failed by its time limit before Python can tell where it
 * was. The test's fixtures are still open then, so the annotation is the test's.
 */
function whileRunning<T>({ task: { result } }: AnnotatedTest, annotate: () => T): T {
  if (!result) return annotate()
  const { state } = result
  result.state = 'run'
  try {
    return annotate()
  } finally {
    result.state = state
  }
}

/** Vitest takes the place of an annotation from the stack. GitHub shows only those with a place. */
function at<T>({ stack = '' }: Error, annotate: () => T): T {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at ') && !PYTHON_FRAME.test(line))
  const before = Error.prepareStackTrace
  // Vitest 3.2 takes the line after its own frame, later versions look for the test file.
  if (frames.length > 0)
    Error.prepareStackTrace = ({ message }) => [`Error: ${message}`, '    at annotate', ...frames].join('\n')
  try {
    return annotate()
  } finally {
    Error.prepareStackTrace = before
  }
}

const PYTHON_FRAME = /\.pyc?:\d+:\d+\)?$/
