import type { PythonGlobal } from './globalPython.ts'

export type { PythonClient } from '../../client/python/pythonClient.ts'
export type { PythonGlobal } from './globalPython.ts'

declare global {
  /** The Python process of this test file, in the environment `python`. */
  var python: PythonGlobal
}
