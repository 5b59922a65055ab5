import { relative } from 'node:path'

// Vitest has no public function that tells this while it collects a file, or in a hook.
interface VitestWorker {
  filepath?: string
  config: { root: string }
}

/** Returns the path of the test file that this process runs, relative to the project's root. */
export function currentFile(): string {
  const worker = (globalThis as { __vitest_worker__?: VitestWorker }).__vitest_worker__
  return worker?.filepath ? relative(worker.config.root, worker.filepath) : ''
}
