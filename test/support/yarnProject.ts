import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { pack } from '../../scripts/pack.mjs'
import { cleanEnvironment } from './environment.ts'
import { integrationCache } from './installation.ts'
import { installTool } from './installTool.ts'
import { layFixture } from './runVitest.ts'

const YARN = '4.18.1'

export interface YarnProject {
  directory: string
  /** Runs a command of Yarn, for example `['vitest', 'run']`, to its end. */
  yarn(...args: string[]): Promise<{ exitCode?: number | undefined; all: string }>
  [Symbol.asyncDispose](): Promise<void>
}

/** A fixture project that Yarn has installed with Plug'n'Play, without node_modules. */
export async function makeYarnProject(
  fixture: string,
  dependencies: Record<string, string>,
): Promise<YarnProject> {
  const bin = join(await installTool('@yarnpkg/cli-dist', YARN), 'bin/yarn.js')
  const directory = await mkdtemp(join(integrationCache, `${fixture}-yarn-`))
  layFixture(directory, fixture)
  const tarball = await pack(join(directory, '.packed'))
  const ours = { 'vitest-environment-python': `file:${tarball}`, '@grpc/grpc-js': '^1.14.0' }
  // Yarn takes the newest version that each range allows, unless a resolution says otherwise: it would add a second Vite.
  const manifest = {
    private: true,
    devDependencies: { ...dependencies, ...ours },
    resolutions: dependencies,
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest, null, 2))
  await writeFile(join(directory, 'yarn.lock'), '')
  const env = { ...cleanEnvironment(process.execPath), ...(await yarnSettings()) }
  const yarn = (...args: string[]) =>
    execa(process.execPath, [bin, ...args], {
      cwd: directory,
      all: true,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      timeout: 120_000,
      env,
    })
  const { exitCode, all } = await yarn('install')
  if (exitCode !== 0) throw new Error(`yarn install failed:\n${all}`)
  return {
    directory,
    yarn,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** Yarn does not read npm's configuration, so the registry is passed on. */
async function yarnSettings(): Promise<Record<string, string>> {
  const { stdout: registry } = await execa('npm', ['config', 'get', 'registry'], { cwd: integrationCache })
  return {
    YARN_NODE_LINKER: 'pnp',
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
    YARN_GLOBAL_FOLDER: join(integrationCache, 'yarn'),
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_SCRIPTS: 'false',
    YARN_ENABLE_TELEMETRY: 'false',
  }
}
