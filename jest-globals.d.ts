import type * as access from 'vitest-environment-python/jest'

declare global {
  var python: typeof access.python
  var pythonPool: typeof access.pythonPool
}
