/** The module of the example, relative to the project's root. */
export const EXAMPLE_MODULE = './python/greeting.py'

const PYTHON = { 'python/greeting.py': 'def greet(name: str) -> str:\n    return f"Hello, {name}!"\n' }

/**
 * The same for Jest. A JavaScript test uses the global, because a project may have no transform for an import.
 *
 * @param test path of the test
 */
export function jestExample(test: string): Record<string, string> {
  const header = /\.tsx?$/.test(test) ? "import { python } from 'vitest-environment-python/jest'\n\n" : ''
  return {
    ...PYTHON,
    [test]: `${header}test('Python greets', async () => {
  expect(await python.call('greeting.greet', { name: 'World' })).toBe('Hello, World!')
})
`,
  }
}

/**
 * A Python module and a test of it, by path.
 *
 * @param test path of the test
 */
export function exampleFiles(test: string): Record<string, string> {
  return {
    ...PYTHON,
    [test]: `import { expect } from 'vitest'
import { test } from 'vitest-environment-python/fixtures'

test('Python greets', async ({ python }) => {
  expect(await python.call('greeting.greet', { name: 'World' })).toBe('Hello, World!')
})
`,
  }
}
