import type { Interpreter } from '../../pool/interpreter/find.ts'
import { SetupError } from '../../support/errors.ts'
import { configurationOf } from '../doctor/checks/configuration.ts'
import { rayCheck, rayOf } from '../doctor/checks/python/ray.ts'
import { withStdoutOnStderr } from '../print.ts'

/**
 * Checks whether the interpreter has Ray, if a pool of the project is on a cluster. Installs nothing: the version is that
 * of the cluster.
 *
 * @param warn gets a sentence if the configuration can't be read
 * @returns a sentence about the versions; `undefined` if no pool is on a cluster
 * @throws SetupError CLUSTER_UNUSABLE with the command that installs Ray
 */
export async function requireRay(
  root: string,
  interpreter: Interpreter,
  warn: (sentence: string) => void,
): Promise<string | undefined> {
  const facts = await withStdoutOnStderr(() => rayOf(root, interpreter)).catch(() => undefined)
  // The first line says that there is no configuration, which is fine. Others say why it can't be read.
  const isBroken = (await configurationOf(root)).failure?.includes('\n') === true
  if (!facts || isBroken)
    warn(
      'The configuration cannot be read, so a cluster in it is not checked. vitest-python doctor says more',
    )
  if (!facts?.wanted) return undefined
  const { state, found, remedy } = rayCheck.judge(facts)
  if (state === 'ok') return found
  throw new SetupError('CLUSTER_UNUSABLE', `${interpreter.executable}: ${found}. What to do: ${remedy}.`)
}
