/** The module of the example, relative to the project's root. */
export const EXAMPLE_MODULE = './python/greeting.py'

/** A Python module and a test of it, by path. */
export function exampleFiles(typescript: boolean): Record<string, string> {
  return {
    'python/greeting.py': 'def greet(name: str) -> str:\n    return f"Hello, {name}!"\n',
    [`greeting.test.${typescript ? 'ts' : 'js'}`]: `import { expect } from 'vitest'
import { test } from 'vitest-environment-python/fixtures'

test('Python greets', async ({ python }) => {
  expect(await python.call('greeting.greet', { name: 'World' })).toBe('Hello, World!')
})
`,
  }
}
