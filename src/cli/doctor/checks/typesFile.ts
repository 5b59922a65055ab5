import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { PythonOptions } from '../../../options/pythonOptions.ts'
import { DEFAULT_FILE } from '../../../types/filePlan.ts'
import { isCompiled } from '../../../types/isCompiled.ts'
import { type Check, ok, warning } from './check.ts'
import { configurationOf } from './configuration.ts'

/** The files with the types of Python's functions that exist, and whether TypeScript knows them. */
export type TypesFacts = { path: string; compiled: boolean | undefined }[]

export const typesFileCheck: Check<TypesFacts> = {
  name: 'types of Python',
  async gather(cwd) {
    const { projects } = await configurationOf(cwd)
    return projects.flatMap(({ root, options }) => {
      const { types } = options as PythonOptions
      const file = resolve(root, (typeof types === 'object' ? types.file : types) ?? DEFAULT_FILE)
      return existsSync(file) ? [{ path: relative(cwd, file), compiled: isCompiled(file, root) }] : []
    })
  },
  applies: (facts) => facts.length > 0,
  judge(facts) {
    const unknown = facts.filter(({ compiled }) => compiled === false).map(({ path }) => path)
    if (unknown.length > 0)
      return warning(
        `tsconfig.json does not include ${unknown.join(', ')}: calls are not checked`,
        'add the file to "include", or move it with the option types',
      )
    return ok(facts.map(({ path }) => path).join(', '))
  },
}
