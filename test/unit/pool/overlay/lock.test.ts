import { expect, test } from 'vitest'
import { readRequirements } from '../../../../src/pool/interpreter/requirements.ts'
import { readLock } from '../../../../src/pool/overlay/lock.ts'

test('the lock has each pin of requirements.json: else run npm run lock', async () => {
  const versions = new Map((await readLock()).map(({ name, version }) => [name, version]))
  for (const [name, { pin }] of Object.entries(readRequirements())) expect(versions.get(name), name).toBe(pin)
})

test('each package of the lock is required, or needed by another one, and has hashes', async () => {
  const lock = await readLock()
  const names = lock.map(({ name }) => name)
  const required = Object.keys(readRequirements())
  expect(names).toContain('typing-extensions')
  for (const { name, via, lines } of lock) {
    expect(required.includes(name) || via.some((parent) => names.includes(parent)), name).toBe(true)
    expect(lines).toMatch(/^[\w-]+==[\w.]+( \\\n {4}--hash=sha256:[0-9a-f]{64})+\n$/)
  }
})

/** CPython 3.10 to 3.14 on Linux with glibc and musl, each on x86-64 and arm64, and macOS. */
test('there is a hash for the wheel of every supported platform', async () => {
  const hashes = Object.fromEntries(
    (await readLock()).map(({ name, lines }) => [name, lines.split('--hash').length - 1]),
  )
  expect(hashes['grpcio']).toBeGreaterThanOrEqual(5 * 5)
  expect(hashes['ormsgpack']).toBeGreaterThanOrEqual(5 * 5)
  expect(hashes['protobuf']).toBeGreaterThanOrEqual(4)
})
