#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { findInterpreter } from '../pool/interpreter/find.ts'
import { isRunId } from '../process/runId.ts'
import { oneShotSignaller } from '../process/signal.ts'
import { showStatus, showVerification } from './show.ts'
import { liveRuns } from './status.ts'
import { isClean, type VerifyRequest, verifyRuns } from './verify.ts'

const program = new Command('vitest-python').description(
  'What vitest-environment-python left on this machine, and what it runs.',
)

program
  .command('verify')
  .description('exits with 1 if a process of a run whose runner is dead is alive')
  .option('--run <id>', 'judge this run only, dead or not', parseRunId)
  .option('--reap', 'end what is found')
  .option('--json', 'print JSON')
  .action(async ({ json, ...request }: VerifyRequest & { json?: boolean }) => {
    const verification = await verifyRuns(request, signaller)
    console.log(
      json
        ? JSON.stringify({ clean: isClean(verification), ...verification }, null, 2)
        : showVerification(verification),
    )
    process.exitCode = isClean(verification) ? 0 : 1
  })

program
  .command('status')
  .description('lists the live runs of this user: owner, age, workers, memory')
  .option('--json', 'print JSON')
  .action(async ({ json }: { json?: boolean }) => {
    const runs = await liveRuns()
    console.log(json ? JSON.stringify(runs, null, 2) : showStatus(runs))
  })

program.parseAsync().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

async function signaller() {
  const { executable } = await findInterpreter({ root: process.cwd(), env: process.env })
  return oneShotSignaller(executable)
}

function parseRunId(text: string): string {
  if (isRunId(text)) return text
  throw new InvalidArgumentError('A run ID has 7 characters of 0-9 and a-z.')
}
