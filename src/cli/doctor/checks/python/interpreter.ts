import { findInterpreter, type Interpreter } from '../../../../pool/interpreter/find.ts'
import { type Check, ok, problem, warning } from '../check.ts'
import { pythonOf } from '../configuration.ts'

export type InterpreterFacts = Interpreter | { missing: string }

let found: Promise<InterpreterFacts> | undefined

/** The project's interpreter. All checks share one search. */
export function interpreterOf(cwd: string): Promise<InterpreterFacts> {
  found ??= pythonOf(cwd)
    .then((place) => findInterpreter({ ...place, env: process.env }))
    .catch((error: Error) => ({ missing: error.message }))
  return found
}

export const interpreterCheck: Check<InterpreterFacts> = {
  name: 'Python',
  gather: interpreterOf,
  judge(facts) {
    if ('missing' in facts) {
      const [found, remedy] = facts.missing.split(/\n(?=What to do: )/)
      return problem(found as string, remedy?.replace('What to do: ', '') ?? 'vitest-python setup says more')
    }
    const { version, executable, source, abi, skipped } = facts
    const text = `${version}, ${executable} (${source}), ABI ${abi}`
    const [first] = skipped
    if (!first) return ok(text)
    return warning(text, `${first.candidate} was skipped: it ${first.reason}`)
  },
}
