/** The module of the example, relative to the project's root. */
export const EXAMPLE_MODULE = './python/greeting.py'

const PYTHON = { 'python/greeting.py': 'def greet(name: str) -> str:\n    return f"Hello, {name}!"\n' }

/** The same for Jest. It uses the global, because a project may have no transform for an import. */
export const JEST_EXAMPLE: Record<string, string> = {
  ...PYTHON,
  'greeting.test.js': `test('Python greets', async () => {
  expect(await python.call('greeting.greet', { name: 'World' })).toBe('Hello, World!')
})
`,
}

/** A Python module and a test of it, by path. */
export function exampleFiles(typescript: boolean): Record<string, string> {
  return {
    ...PYTHON,
    [`greeting.test.${typescript ? 'ts' : 'js'}`]: `import { expect } from 'vitest'
import { test } from 'vitest-environment-python/fixtures'

test('Python greets', async ({ python }) => {
  expect(await python.call('greeting.greet', { name: 'World' })).toBe('Hello, World!')
})
`,
  }
}
