import { execa } from 'execa'

/** Variables of CI systems that hold the commit, for checkouts without a repository. */
const VARIABLES = ['GITHUB_SHA', 'CI_COMMIT_SHA', 'BUILDKITE_COMMIT', 'CIRCLE_SHA1', 'GIT_COMMIT']

/** The git commit of a project; `null` if it is in no repository. */
export async function commitOf(root: string): Promise<string | null> {
  const { stdout, failed } = await execa('git', ['rev-parse', 'HEAD'], {
    cwd: root,
    reject: false,
    timeout: 2_000,
    stdin: 'ignore',
    stderr: 'ignore',
  })
  if (!failed && /^[0-9a-f]{40,64}$/.test(stdout)) return stdout
  return VARIABLES.map((name) => process.env[name]).find((value) => value) ?? null
}
