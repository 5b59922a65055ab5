import { LEAKS_KEY, type LeakOfTest } from '../../../client/lease/leaks.ts'
import { type FileTask, failTask, type ReportedVitest } from './reportedVitest.ts'

/** Fails the tests of a file whose processes have outlived the file's worker. */
export function failLeakingTests({ state }: Pick<ReportedVitest, 'state'>, file: FileTask): void {
  const leaks = (file.meta[LEAKS_KEY] ?? []) as LeakOfTest[]
  delete file.meta[LEAKS_KEY]
  for (const { test, error } of leaks) failTask(state.idMap.get(test) ?? file, error)
}
