import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compareVersions, release } from '../../pool/interpreter/version.ts'
import { type Check, type Judgement, ok, problem, warning } from './check.ts'

/** The versions that this package is tested with: from `oldest` to the major version `newest`. */
interface Range {
  oldest: string
  newest: number
}

const VITEST: Range = { oldest: '3.2', newest: 5 }
const JEST: Range = { oldest: '30', newest: 30 }
const GRPC: Range = { oldest: '1.12', newest: 1 }

/** The versions that the project resolves; `undefined` if a package is not installed. */
export interface RunnerFacts {
  vitest: string | undefined
  jest: string | undefined
}

export const runnersCheck: Check<RunnerFacts> = {
  name: 'test runner',
  gather: (cwd) => ({ vitest: versionOf('vitest', cwd), jest: versionOf('jest', cwd) }),
  judge({ vitest, jest }) {
    const judgements = [
      ...(vitest ? [judgeVersion('vitest', vitest, VITEST)] : []),
      ...(jest ? [judgeVersion('jest', jest, JEST)] : []),
    ]
    if (judgements.length === 0) return problem('neither Vitest nor Jest', 'npm install --save-dev vitest')
    const usable = judgements.filter(({ state }) => state !== 'problem')
    const [first] = usable.length > 0 ? usable : judgements
    return { ...(first as Judgement), found: judgements.map(({ found }) => found).join(', ') }
  },
}

export const grpcCheck: Check<string | undefined> = {
  name: '@grpc/grpc-js',
  gather: (cwd) => versionOf('@grpc/grpc-js', cwd),
  judge: (version) =>
    version
      ? judgeVersion('@grpc/grpc-js', version, GRPC)
      : problem('not installed', 'npm install --save-dev @grpc/grpc-js'),
}

function judgeVersion(name: string, version: string, { oldest, newest }: Range): Judgement {
  const found = `${name} ${version}`
  if (compareVersions(version, oldest) < 0)
    return problem(found, `${oldest} or newer is required: npm install --save-dev ${name}@${newest}`)
  if ((release(version)[0] ?? 0) > newest)
    return warning(
      found,
      `newer than the tested versions (up to ${name} ${newest}); if it fails, use one of those`,
    )
  return ok(found)
}

/** The version that an import from `directory` resolves to. */
function versionOf(name: string, directory: string): string | undefined {
  const manifest = join(directory, 'node_modules', name, 'package.json')
  if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
  const parent = dirname(directory)
  return parent === directory ? undefined : versionOf(name, parent)
}
