import { expect, test, vi } from 'vitest'
import { PythonError, WorkerLostError } from '../../../../../src/client/errors/errors.ts'
import { timeoutError } from '../../../../../src/client/errors/timeout.ts'
import { type AnnotatedTest, Annotations } from '../../../../../src/environment/vitest/results/annotations.ts'

const TRACEBACK =
  'Traceback (most recent call last):\n  File "/app/slow.py", line 4, in wait\nKeyboardInterrupt\n'

const interrupted = new PythonError({
  type: 'KeyboardInterrupt',
  message: '',
  frames: [{ file: '/app/slow.py', line: 4, column: 1, function: 'wait', source: 'sleep(9)' }],
  notes: [],
  traceback: TRACEBACK,
})

/** A test that refuses annotations when it has ended, like Vitest's. */
function running(state = 'run') {
  const notes: { message: string; type: string; body: string; stack: string }[] = []
  const task = { result: { state } }
  const annotate = vi.fn((message: string, type: string, attachment: { body: string }) => {
    if (task.result.state !== 'run') throw new Error('Cannot annotate tests outside of the test run.')
    const body = Buffer.from(attachment.body, 'base64').toString()
    notes.push({ message, type, body, stack: new Error('STACK_TRACE').stack ?? '' })
    return Promise.resolve()
  })
  return { test: { task, annotate } satisfies AnnotatedTest, notes, task }
}

test('a crash is annotated once, with its first line, the output, and the line of the test', () => {
  const { test, notes } = running()
  const annotations = new Annotations(test)
  const error = new WorkerLostError(
    'Worker w1 was killed by SIGABRT.\nIts last output:\n    \u001b[31m::error::no',
  )
  error.stack = 'WorkerLostError: …\n    at crash (/app/python/a.py:3:1)\n    at /app/a.test.ts:7:9'
  annotations.add(error)
  annotations.add(error)
  expect(notes).toHaveLength(1)
  const [{ message, type, body, stack } = {} as never] = notes
  expect([message, type]).toEqual(['Worker w1 was killed by SIGABRT.', 'Python'])
  expect(body).toBe('Worker w1 was killed by SIGABRT.\nIts last output:\n    : :error::no')
  expect(stack).toBe('Error: STACK_TRACE\n    at annotate\n    at /app/a.test.ts:7:9')
  expect(new Error('after').stack).not.toContain('a.test.ts:7:9')
})

test('an interrupted call is annotated although its test has failed, which stays failed', async () => {
  const { test, notes, task } = running('fail')
  const annotations = new Annotations(test)
  annotations.add(interrupted)
  await annotations.sent()
  expect(notes).toMatchObject([
    { message: 'The test ended while Python was at work in wait (/app/slow.py:4).', body: TRACEBACK },
  ])
  expect(task.result.state).toBe('fail')
})

test('a call that has timed out is annotated with the traceback', () => {
  const { test, notes } = running()
  new Annotations(test).add(timeoutError('slow.wait', 200, interrupted))
  expect(notes).toMatchObject([
    { message: expect.stringMatching(/^slow\.wait did not answer within 200 ms/), body: TRACEBACK },
  ])
})

test('an annotation that is refused, fails, never settles or does not exist harms no test', async () => {
  const refused = vi.fn(() => {
    throw new Error('refused')
  })
  const never = vi.fn(() => new Promise(() => {}))
  const failing = vi.fn(() => Promise.reject(new Error('failed')))
  for (const annotate of [refused, never, failing, undefined]) {
    const annotations = new Annotations({ task: {}, annotate })
    annotations.add(interrupted)
    await annotations.sent()
  }
  for (const annotate of [refused, never, failing]) expect(annotate).toHaveBeenCalledOnce()
})
