import { JEST_VARIABLE } from '../client/context.ts'
import { endRuns } from './end.ts'
import { Registry, registryOf } from './registry.ts'

const ending = new WeakMap<object, Promise<boolean>>()

/**
 * Global teardown of Jest: ends the run and prints the verdict. With `--bail` Jest may call it more than once.
 *
 * @throws Error where the run must fail: `--forceExit` overwrites every exit code but that of an error
 */
export default async function teardown(globalConfig: object): Promise<void> {
  delete process.env[JEST_VARIABLE]
  const ended = ending.get(globalConfig) ?? endRuns(registryOf(globalConfig, () => new Registry()))
  ending.set(globalConfig, ended)
  if (await ended) throw new Error('The Python processes of this run fail it; see their report above.')
}
