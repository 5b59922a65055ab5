import type * as access from 'vitest-environment-python/jest'

declare global {
  var python: typeof access.python
  var pythonPool: typeof access.pythonPool

  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as Jest writes it
    interface Matchers<R, T = {}> extends access.PythonMatchers {}
  }
}
