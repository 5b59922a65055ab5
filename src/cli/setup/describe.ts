import type { Interpreter } from '../../pool/interpreter/find.ts'

/** Which Python was taken, and why that one. */
export function describeInterpreter({ version, executable, source, environment }: Interpreter): string {
  const where = { venv: ', a virtual environment', conda: ', an environment of conda', none: '' }[environment]
  return `Python ${version}: ${executable} (${source}${where})`
}

/** What it means that this Python is nobody's in particular. */
export function describeOutside({ executable }: Pick<Interpreter, 'executable'>): string {
  return (
    `${executable} is outside a virtual environment. It is not changed: what the workers need lies in the cache. ` +
    "The project's own packages belong into a .venv, which vitest-python setup --project makes and fills."
  )
}
