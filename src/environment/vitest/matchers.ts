import { expect } from 'vitest'
import { type PythonMatchers, toThrowPython } from '../../client/errors/toThrowPython.ts'

expect.extend({ toThrowPython })

declare global {
  namespace Chai {
    // Not Vitest's own `Matchers`: its type parameters differ between Vitest 4 and 5.
    interface Assertion extends PythonMatchers {}
  }
}
