import { expect, test, vi } from 'vitest'
import { TypesRefresh } from '../../../../src/globalSetup/vitest/typesRefresh.ts'

const PROJECT = { entry: 'fixtures', root: '/project', options: { types: './python.d.ts' } } as const

test('changes during a refresh are one more refresh', async () => {
  let finish = () => {}
  const refresh = vi.fn(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve
      }),
  )
  const types = new TypesRefresh(refresh)
  types.add(PROJECT)
  const running = types.changed()
  void types.changed()
  void types.changed()
  expect(refresh).toHaveBeenCalledTimes(1)
  finish()
  await vi.waitFor(() => expect(refresh).toHaveBeenCalledTimes(2), 10_000)
  finish()
  await running
  expect(refresh).toHaveBeenCalledTimes(2)
  expect(refresh).toHaveBeenLastCalledWith([PROJECT], expect.any(AbortSignal))
})

test('without the option, nothing is refreshed', async () => {
  const refresh = vi.fn(async () => {})
  await new TypesRefresh(refresh).changed()
  expect(refresh).not.toHaveBeenCalled()
})

test('a refresh that is under way is ended with the run, and none follows', async () => {
  const refresh = vi.fn(
    (_: unknown, signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
  )
  const types = new TypesRefresh(refresh)
  types.add(PROJECT)
  void types.changed()
  void types.changed()
  await types.stop()
  await types.changed()
  expect(refresh).toHaveBeenCalledTimes(1)
})
