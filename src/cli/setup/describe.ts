import type { Interpreter } from '../../pool/interpreter/find.ts'

/** Describes the interpreter and its source. */
export function describeInterpreter({ version, executable, source, environment }: Interpreter): string {
  const kind = { venv: ', a virtual environment', conda: ', an environment of conda', none: '' }[environment]
  return `Python ${version}: ${executable} (${source}${kind})`
}

/** A warning for a Python outside of any environment. */
export function describeOutside({ executable }: Pick<Interpreter, 'executable'>): string {
  return (
    `${executable} is outside a virtual environment. It is not changed: the workers' packages are in the cache. ` +
    "The project's own packages belong in a .venv. To create it: vitest-python setup --project"
  )
}
