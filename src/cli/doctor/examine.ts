import { type Check, type Judgement, problem } from './checks/check.ts'
import { configurationCheck } from './checks/configuration.ts'
import { leftoversCheck } from './checks/leftovers.ts'
import { nodeCheck } from './checks/node.ts'
import { blasCheck } from './checks/python/blas.ts'
import { coverageCheck } from './checks/python/coverage.ts'
import { debuggerCheck } from './checks/python/debugger.ts'
import { interpreterCheck } from './checks/python/interpreter.ts'
import { modulesCheck } from './checks/python/modules.ts'
import { overlayCheck } from './checks/python/overlay.ts'
import { rayCheck } from './checks/python/ray.ts'
import { uvCheck } from './checks/python/uv.ts'
import { grpcCheck, runnersCheck } from './checks/runners.ts'
import { clockCheck } from './checks/system/clock.ts'
import { cgroupCheck, forkCheck, pidfdCheck, subreaperCheck } from './checks/system/kernel.ts'
import { limitsCheck } from './checks/system/limits.ts'
import { procCheck } from './checks/system/proc.ts'
import { sharedMemoryCheck } from './checks/system/sharedMemory.ts'
import { socketPathCheck } from './checks/system/socketPath.ts'
import { typesFileCheck } from './checks/typesFile.ts'

export interface Examined extends Judgement {
  name: string
}

/** Every check, in the order in which they are shown. */
const checks = [
  ...[examine(nodeCheck), examine(runnersCheck), examine(grpcCheck), examine(configurationCheck)],
  ...[examine(interpreterCheck), examine(overlayCheck), examine(uvCheck), examine(modulesCheck)],
  ...[examine(typesFileCheck), examine(forkCheck), examine(procCheck), examine(pidfdCheck)],
  ...[examine(subreaperCheck), examine(cgroupCheck), examine(sharedMemoryCheck), examine(socketPathCheck)],
  ...[
    examine(debuggerCheck),
    examine(coverageCheck),
    examine(rayCheck),
    examine(limitsCheck),
    examine(blasCheck),
    examine(clockCheck),
    examine(leftoversCheck),
  ],
]

/** Runs every check that applies to this platform. Changes nothing. */
export async function examineAll(cwd: string, platform = process.platform): Promise<Examined[]> {
  const concerned = checks.filter(({ only = platform }) => only === platform)
  const examined = await Promise.all(concerned.map(({ look }) => look(cwd)))
  return examined.filter((result) => result !== undefined)
}

/** If a fact cannot be gathered, that is the result of this check, and the other checks still run. */
function examine<Facts>({ name, only, gather, judge, applies = () => true }: Check<Facts>) {
  const look = async (cwd: string): Promise<Examined | undefined> => {
    try {
      const facts = await gather(cwd)
      return applies(facts) ? { name, ...judge(facts) } : undefined
    } catch (error) {
      return { name, ...problem(`unknown: ${(error as Error).message}`, 'see the other checks') }
    }
  }
  return { ...(only ? { only } : {}), look }
}
