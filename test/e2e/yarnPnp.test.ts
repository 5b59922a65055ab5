import { existsSync } from 'node:fs'
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
})
