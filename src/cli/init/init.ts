import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installedVersion } from '../../globalSetup/run/runnerVersions.ts'
import { SetupError } from '../../support/errors.ts'
import { print } from '../print.ts'
import type { RunnerName } from './chooseRunner.ts'
import { planInit } from './initPlan.ts'
import { planLaunch } from './launchPlan.ts'
import { showDiff } from './showDiff.ts'

export interface InitRequest {
  /** Overwrites an existing example. */
  force?: boolean | undefined
  /** Shows the changes without writing them. */
  dryRun?: boolean | undefined
  /** The runner to configure. Default: see `chooseRunner` */
  runner?: RunnerName | undefined
  /** Writes a launch configuration of VS Code, and nothing else. */
  debug?: boolean | undefined
}

/**
 * Adds the plugin, or Jest's preset, to the project's configuration, and writes an example; or writes a launch
 * configuration. Shows every change.
 *
 * @throws SetupError RUNNER_TOO_OLD, INIT_NO_PROJECT, INIT_CONFIG_NOT_EDITABLE, INIT_NOT_WRITABLE
 */
export function init(
  { force = false, dryRun = false, runner, debug = false }: InitRequest,
  root = process.cwd(),
): void {
  const plan = (debug ? planLaunch : planInit)({
    files: new Set(readdirSync(root)),
    esm: isEsm(root),
    force,
    runner,
    read: (path) => read(root, path),
    version: (name) => installedVersion(name, root),
  })
  if (plan.refusal !== undefined) throw new SetupError('INIT_CONFIG_NOT_EDITABLE', plan.refusal)
  for (const change of plan.changes) print(`${showDiff(change)}\n`)
  for (const note of plan.notes) print(note)
  if (dryRun) return print('Nothing was written (--dry-run).')
  for (const { path, after } of plan.changes) write(join(root, path), after)
  if (plan.changes.length === 0) return
  print(`Next: ${plan.next}`)
  if (!debug) print('To write TypeScript types of your functions: npx vitest-python types')
}

function isEsm(root: string): boolean {
  const manifest = read(root, 'package.json')
  if (manifest === undefined)
    throw new SetupError(
      'INIT_NO_PROJECT',
      `${root} has no package.json. Run this in the root of a project, or run npm init first.`,
    )
  try {
    return (JSON.parse(manifest) as { type?: string }).type === 'module'
  } catch (cause) {
    throw new SetupError(
      'INIT_NO_PROJECT',
      `${join(root, 'package.json')} is not valid JSON: ${(cause as Error).message}`,
      { cause },
    )
  }
}

function read(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (cause) {
    throw new SetupError('INIT_NOT_WRITABLE', `Cannot write ${path}: ${(cause as Error).message}`, {
      cause,
    })
  }
}
