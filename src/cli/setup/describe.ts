import type { Interpreter } from '../../pool/interpreter/find.ts'

/** The Python that is used, and where it was found. */
export function describeInterpreter({ version, executable, source, environment }: Interpreter): string {
  const where = { venv: ', a virtual environment', conda: ', an environment of conda', none: '' }[environment]
  return `Python ${version}: ${executable} (${source}${where})`
}

/** A warning for a Python outside of any environment. */
export function describeOutside({ executable }: Pick<Interpreter, 'executable'>): string {
  return (
    `${executable} is outside a virtual environment. It is not changed: the workers' packages are in the cache. ` +
    "The project's own packages belong in a .venv. To create it: vitest-python setup --project"
  )
}
