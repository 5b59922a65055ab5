import type { Span } from '@opentelemetry/api'
import { isError } from '../errors/isError.ts'

/** An error as a span records it. */
interface RecordedError {
  readonly name: string
  readonly message: string
  readonly stack: string
}

const ERROR = 2

export function failSpan(span: Span, { name, message, stack }: RecordedError): void {
  span.recordException({ name, message, stack })
  span.setStatus({ code: ERROR, message })
}

/** Describes any value that was thrown: an error of Python with its traceback there. */
export function describeThrown(thrown: unknown): RecordedError {
  if (!isError(thrown)) return { name: 'Error', message: String(thrown), stack: '' }
  const { name, message, stack = '' } = thrown
  const { pythonTraceback } = thrown as { pythonTraceback?: string }
  return { name, message, stack: pythonTraceback ?? stack }
}
