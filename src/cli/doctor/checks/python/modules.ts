import { findInterpreter } from '../../../../pool/interpreter/find.ts'
import { makeTypes } from '../../../../types/typesFiles.ts'
import { type Check, ok, problem, warning } from '../check.ts'
import { configurationOf } from '../configuration.ts'
import { overlayOf } from './overlay.ts'

/** `undefined` if the modules cannot be imported yet. */
export type ModulesFacts = { failure?: string; left: string[] } | undefined

/** Marks that another check names the reason. */
const NOT_INSTALLED = 'the packages of the workers are not installed'

export const modulesCheck: Check<ModulesFacts> = {
  name: 'import of the modules',
  async gather(cwd) {
    const { projects } = await configurationOf(cwd)
    if (projects.length === 0) return undefined
    const left: string[] = []
    try {
      const warn = (sentence: string) => left.push(sentence)
      await makeTypes(projects, { install: installed, warn, signal: new AbortController().signal })
      return { left }
    } catch (error) {
      const { message, code } = error as Error & { code?: string }
      return code === 'PYTHON_START_FAILED' ? { failure: message, left } : undefined
    }
  },
  applies: (facts) => facts !== undefined,
  judge(facts) {
    const { failure, left } = facts ?? { left: [] }
    if (failure !== undefined) {
      const lines = failure.split('\n')
      const last = lines.at(-1) as string
      const place = lines.find((line) => /^ +File "/.test(line))?.trim()
      const hint = /^(Interpreter:| )/.test(last) ? 'npx vitest-python types prints the whole error' : last
      return problem(
        [lines[0]?.replace('Python did not start: ', ''), place].filter(Boolean).join('\n'),
        hint,
      )
    }
    if (left.length > 0) return warning(left.join('\n'), 'start it in a function with @worker.on_start')
    return ok('all can be imported')
  },
}

/** Finds Python and its packages, and installs nothing. */
async function installed(root: string, python: string | undefined) {
  const interpreter = await findInterpreter({ root, python, env: process.env })
  const { missing, outdated, overlay, verified } = await overlayOf(interpreter)
  if (outdated.length > 0 || (missing.length > 0 && !verified)) throw new Error(NOT_INSTALLED)
  const { executable, version } = interpreter
  return { executable, version, overlay: missing.length > 0 ? overlay : null }
}
