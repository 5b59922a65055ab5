import { deserialize, serialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { PythonError, type PythonException } from '../../../../src/client/errors/errors.ts'
import { isOfType, toThrowPython } from '../../../../src/client/errors/toThrowPython.ts'
import { encode } from '../../../../src/client/values/encode.ts'

const frame = {
  file: '/p/ages.py',
  line: 4,
  column: 9,
  function: 'parse',
  source: '        raise TooLong("x")',
}

function exception(overrides: Partial<PythonException> = {}): PythonException {
  return {
    type: 'ages.TooLong',
    message: 'too long',
    frames: [frame],
    notes: ['look here'],
    traceback: 'Traceback',
    bases: ['ValueError', 'Exception', 'BaseException'],
    arguments: encode(['x', 3, { a: null }], 'args'),
    cause: {
      type: 'KeyError',
      message: "'k'",
      frames: [frame],
      notes: [],
      traceback: '',
      bases: ['LookupError'],
    },
    ...overrides,
  }
}

describe('PythonError', () => {
  test('keeps what Python told of the exception', () => {
    const error = new PythonError(exception())
    expect(error).toMatchObject({ name: 'ages.TooLong', args: ['x', 3, { a: null }], notes: ['look here'] })
    expect(error.message).toBe('too long\nlook here')
    expect(error.cause).toBeInstanceOf(PythonError)
    expect(error.stack).toContain('    at parse (/p/ages.py:4:9)')
  })

  test('keeps its fields through JSON, structured clones and V8', () => {
    const error = new PythonError(exception())
    const fields = { pythonType: 'ages.TooLong', args: ['x', 3, { a: null }], notes: ['look here'] }
    const whole = { ...fields, message: error.message, stack: error.stack, cause: { pythonType: 'KeyError' } }
    expect(JSON.parse(JSON.stringify(error))).toMatchObject(whole)
    expect(structuredClone({ ...error })).toMatchObject(fields)
    expect(deserialize(serialize({ ...error }))).toMatchObject(fields)
  })

  test('has below `type` what Vitest would print as a long block', () => {
    const serialised = new PythonError(exception()).toJSON()
    expect(Object.keys(serialised).sort()).toEqual(['cause', 'codeFrame', 'message', 'name', 'stack', 'type'])
    expect(serialised['type']).toMatchObject({ pythonType: 'ages.TooLong', pythonTraceback: 'Traceback' })
  })

  test.each([
    ['    assert n == 1', 'assert n == 1'],
    ['raise NotImplementedError', '(no message)'],
    ['', '(no message)'],
  ])('gives Vitest a message if the exception has none: %s', (source, message) => {
    const error = new PythonError(
      exception({ message: '', notes: [], cause: undefined, frames: [{ ...frame, source }] }),
    )
    expect(error.message).toBe('')
    expect(error.stack?.split('\n')).toEqual(['ages.TooLong', '    at parse (/p/ages.py:4:9)'])
    expect(error.toJSON()).toMatchObject({ name: 'ages.TooLong', message })
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ message: '' })
  })

  test('shows the exceptions of a group, nested, with their sources', () => {
    const inner = exception({
      type: 'ExceptionGroup',
      message: 'inner (1)',
      group: [exception({ type: 'OSError' })],
    })
    const error = new PythonError(exception({ type: 'ExceptionGroup', group: [inner] }))
    expect(error.errors[0]?.errors[0]?.pythonType).toBe('OSError')
    expect(error.codeFrame).toMatch(/^ {2}1\. ExceptionGroup: inner \(1\)$/m)
    expect(error.codeFrame).toMatch(/^ {7}1\. OSError: too long$/m)
  })

  test('says how often a recursion went through a frame', () => {
    const error = new PythonError(exception({ frames: [{ ...frame, repeated: 970 }] }))
    expect(error.stack).toContain('at parse [repeated 970 more times] (/p/ages.py:4:9)')
  })
})

describe('toThrowPython', () => {
  expect.extend({ toThrowPython })
  const error = new PythonError(exception())
  const check = (value: unknown) => expect(value) as unknown as { not: Matcher; rejects: Matcher } & Matcher
  type Matcher = { toThrowPython: (type?: string, message?: string | RegExp) => Promise<void> }

  test.each([
    'TooLong',
    'ages.TooLong',
    'ValueError',
    'BaseException',
    undefined,
  ])('takes %s for the type', (type) => {
    expect(isOfType(error, type)).toBe(true)
  })

  test.each(['Long', 'other.TooLong', 'KeyError', ''])('does not take %j', (type) => {
    expect(isOfType(error, type)).toBe(false)
  })

  test('takes a promise with and without rejects, a function, and the error itself', async () => {
    await check(Promise.reject(error)).rejects.toThrowPython('TooLong', /^too/)
    await check(Promise.reject(error)).toThrowPython('ValueError', 'long')
    await check(() => Promise.reject(error)).toThrowPython()
    await check(async () => 1).not.toThrowPython()
    await check(error).toThrowPython('ages.TooLong')
  })

  test('says what was raised instead', async () => {
    await expect(check(error).toThrowPython('KeyError', /x/)).rejects.toThrow(
      /to raise KeyError with a message matching \/x\/, but it raised:\n\nages.TooLong \(ValueError < Exception/,
    )
    await expect(check(error).not.toThrowPython('ValueError')).rejects.toThrow(
      /Python not to raise ValueError/,
    )
    await expect(check(Promise.resolve(1)).toThrowPython('KeyError')).rejects.toThrow(/nothing was thrown/)
    await expect(check(new TypeError('js')).toThrowPython('TypeError')).rejects.toThrow(
      /not a Python exception:\n\nTypeError: js/,
    )
  })
})
