import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrokerConnection } from '../../client/lease/brokerConnection.ts'
import { LeasedPython } from '../../client/python/leasedPython.ts'
import { type ActiveRun, openRun } from '../../globalSetup/run/activeRun.ts'
import { resolveOptions } from '../../options/options.ts'
import type { PythonInstallation } from '../../pool/python/forkserver.ts'
import { SetupError } from '../../support/errors.ts'

const MODULE = 'def echo(text):\n    return text\n'
const CALL_TIMEOUT_MS = 30_000

/**
 * Opens a real run, makes a gRPC call to a real worker, and ends the run like any other. It uses gRPC, so a
 * broken grpcio is found here and not in the first test that has services.
 *
 * @returns milliseconds until the answer
 * @throws SetupError TRY_OUT_FAILED, or the reason for which Python cannot start
 */
export async function tryOut(installation: PythonInstallation): Promise<number> {
  // A temporary project, so no module of the user is imported.
  const root = mkdtempSync(join(tmpdir(), 'vitest-python-setup-'))
  const began = performance.now()
  try {
    writeFileSync(join(root, 'tried_out.py'), MODULE)
    const options = {
      modules: ['./tried_out.py'],
      start: 'eager',
      maxWorkers: 1,
      spares: 0,
      transport: 'grpc',
    }
    const run = await openRun(root, resolveOptions(options), { provide: async () => installation })
    let milliseconds: number
    try {
      await call(run)
      milliseconds = performance.now() - began
    } finally {
      checkEnd(await run.stop())
    }
    return milliseconds
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function call({ context }: ActiveRun): Promise<void> {
  const broker = new BrokerConnection(context)
  const lease = await broker.acquire({ file: '', test: 'vitest-python setup' })
  const python = new LeasedPython(lease)
  const text = randomUUID()
  const answer = await python.call('tried_out.echo', [text], { timeout: CALL_TIMEOUT_MS })
  python.close()
  lease.release()
  if (answer !== text)
    throw new SetupError('TRY_OUT_FAILED', `Echo test failed: sent ${text}, received ${answer}.`)
}

function checkEnd({ failed, report }: Awaited<ReturnType<ActiveRun['stop']>>): void {
  if (failed)
    throw new SetupError('TRY_OUT_FAILED', `The run of the test worker did not end clean:\n${report}`)
}
