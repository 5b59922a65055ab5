import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { build, pack } from '../../scripts/pack.mjs'
import {
  type Installation,
  install,
  integrationCache,
  type Runner,
  removeOldInstallations,
} from './installation.ts'
import { JEST, versions } from './versions.ts'

/** Packs this project and installs it beside every Vitest version and, for the end-to-end tests, beside Jest. */
export async function setup(project: TestProject): Promise<void> {
  // Runs of another user read the packages in it. The probe's cache would make it private.
  await mkdir(join(integrationCache, 'python'), { recursive: true })
  await removeOldInstallations()
  // Records of fixture projects that no longer exist.
  await rm(join(integrationCache, 'python/prepared'), { recursive: true, force: true })
  await build()
  const runners: Runner[] = project.name === 'e2e' ? [...versions, JEST] : versions
  const packed = await mkdtemp(join(integrationCache, 'packed-'))
  try {
    const tarball = await pack(packed)
    const installed = await Promise.all(
      runners.map(async (version) => [version, await install(version, tarball)] as const),
    )
    project.provide('installations', Object.fromEntries(installed))
  } finally {
    await rm(packed, { recursive: true, force: true })
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    installations: Record<string, Installation>
  }
}
