import { installedVersion, judgeVersion, type PeerName } from '../../../globalSetup/run/runnerVersions.ts'
import { type Check, type Judgement, ok, problem, warning } from './check.ts'

/** Versions as the project resolves them; `undefined` if a package is not there. */
export interface RunnerFacts {
  vitest: string | undefined
  jest: string | undefined
}

export const runnersCheck: Check<RunnerFacts> = {
  name: 'test runner',
  gather: (cwd) => ({ vitest: installedVersion('vitest', cwd), jest: installedVersion('jest', cwd) }),
  judge({ vitest, jest }) {
    const judgements = [
      ...(vitest ? [judgePeer('vitest', vitest)] : []),
      ...(jest ? [judgePeer('jest', jest)] : []),
    ]
    if (judgements.length === 0) return problem('neither Vitest nor Jest', 'npm install --save-dev vitest')
    const usable = judgements.filter(({ state }) => state !== 'problem')
    const [first] = usable.length > 0 ? usable : judgements
    return { ...(first as Judgement), found: judgements.map(({ found }) => found).join(', ') }
  },
}

export const grpcCheck: Check<string | undefined> = {
  name: '@grpc/grpc-js',
  gather: (cwd) => installedVersion('@grpc/grpc-js', cwd),
  judge: (version) =>
    version
      ? judgePeer('@grpc/grpc-js', version)
      : problem('not installed', 'npm install --save-dev @grpc/grpc-js'),
}

function judgePeer(name: PeerName, version: string): Judgement {
  const found = `${name} ${version}`
  const fitness = judgeVersion(name, version)
  if (fitness.state === 'too old') return problem(found, fitness.remedy)
  return fitness.state === 'untested' ? warning(found, fitness.remedy) : ok(found)
}
