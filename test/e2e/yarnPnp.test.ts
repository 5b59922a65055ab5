import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeYarnProject } from '../support/yarnProject.ts'

test("Yarn Plug'n'Play needs no setting: tests call Python, and doctor finds the packages", {
  timeout: 400_000,
}, async () => {
  // Vite 8 may have an optional dependency that the registry lacks. npm skips it; Yarn refuses to install.
  await using project = await makeYarnProject('commonjs', { vitest: '4.1.12', vite: '^7.0.0' })
  expect(existsSync(join(project.directory, '.pnp.cjs'))).toBe(true)
  expect(existsSync(join(project.directory, 'node_modules'))).toBe(false)
  const run = await project.yarn('vitest', 'run')
  expect(run.all).toMatch(/Tests +1 passed \(1\)/)
  expect(run.all).toContain('No orphaned processes')
  expect(run.exitCode).toBe(0)
  const doctor = await project.yarn('vitest-python', 'doctor')
  expect(doctor.all).toMatch(/✓ │ test runner +│ vitest 4\.1\.12/i)
  expect(doctor.all).toMatch(/✓ │ @grpc\/grpc-js/)
  expect(doctor.exitCode).toBe(0)

  // Control: in its archive, Python cannot read the package. Run and doctor say so.
  const manifest = join(project.directory, 'package.json')
  const dependenciesMeta = { 'vitest-environment-python': { unplugged: false } }
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), dependenciesMeta }))
  expect((await project.yarn('install')).exitCode).toBe(0)
  const archived = await project.yarn('vitest', 'run')
  expect(archived.all).toContain('PACKAGE_IN_ARCHIVE')
  expect(archived.all).toContain('yarn unplug vitest-environment-python')
  expect(archived.exitCode).toBe(1)
  const found = await project.yarn('vitest-python', 'doctor')
  expect(found.all).toContain('Python cannot read this package in an archive')
  expect(found.exitCode).toBe(1)
})
