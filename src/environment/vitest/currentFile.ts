import { relative } from 'node:path'

// No public function tells this while a file is collected, or in a hook.
interface VitestWorker {
  filepath?: string
  config: { root: string }
}

/** Path of the test file that this process runs, relative to the project's root. */
export function currentFile(): string {
  const worker = (globalThis as { __vitest_worker__?: VitestWorker }).__vitest_worker__
  return worker?.filepath ? relative(worker.config.root, worker.filepath) : ''
}
