import { delimiter, dirname, join } from 'node:path'
import { integrationCache } from './installation.ts'

/** Variables of the outer Vitest, a CI or a terminal that must not reach a tested run. */
const FOREIGN =
  /^(VITEST|TEST|NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|DEV|PROD|SSR|MODE|BASE_URL|TINYPOOL_|CI$|GITHUB_|GITLAB_|FORCE_COLOR|INNER_|npm_)/
/** Variables that choose the Python of a tested run, and the transport of its calls. */
const KEPT = ['VITEST_PYTHON', 'VITEST_PYTHON_TRANSPORT']

/** The environment of a tested run: like this one in a shell. */
export function cleanEnvironment(node: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && (KEPT.includes(name) || !FOREIGN.test(name)),
  ) as [string, string][]
  const path = [dirname(node), process.env['PATH']].join(delimiter)
  return {
    ...Object.fromEntries(inherited),
    PATH: path,
    NO_COLOR: '1',
    VITEST_PYTHON_CACHE: join(integrationCache, 'python'),
  }
}
