#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander'
import { isRunId } from '../process/run/runId.ts'
import type { InitRequest } from './init/init.ts'
import { INTERRUPTED } from './interrupt.ts'
import { print, printError, printJson, withStdoutOnStderr } from './print.ts'
import type { SetupRequest } from './setup/setup.ts'
import type { TypesRequest } from './types/types.ts'
import type { VerifyRequest } from './verify/verify.ts'

// Each command loads its modules when it is called, so the other commands do not pay for them.

interface Json {
  json?: boolean
}

const program = new Command('vitest-python').description(
  'Sets up vitest-environment-python, checks this machine, and lists runs and the processes that they left.',
)

program
  .command('setup')
  .description(
    "finds the project's Python, installs the workers' packages into the cache, and tests a worker",
  )
  .option('--python <path>', 'interpreter to use: a path, or a command on PATH')
  .option('--project', "also install the project's own packages into its .venv")
  .action(async (request: SetupRequest) => {
    const { setup } = await import('./setup/setup.ts')
    await setup(request)
    // Vite may keep handles, so this does not wait for an idle event loop.
    process.exit(0)
  })

program
  .command('init')
  .description('adds the plugin to the configuration of Vitest or Jest, and writes an example')
  .addOption(
    new Option('--runner <name>', 'the test runner, if the project has both').choices(['vitest', 'jest']),
  )
  .option('--dry-run', 'show the changes without writing them')
  .option('--force', 'overwrite an existing example')
  .option('--debug', 'only write a launch configuration for VS Code, which debugs tests and Python')
  .action(async (request: InitRequest) => {
    const { init } = await import('./init/init.ts')
    init(request)
  })

program
  .command('types')
  .description('writes TypeScript types of the functions that tests can call')
  .option('--check', 'write nothing; exit with 1 and show the difference if the types are out of date')
  .action(async (request: TypesRequest) => {
    const { types } = await import('./types/types.ts')
    // Vite may keep handles, so this does not wait for an idle event loop.
    process.exit((await types(request)) ? 0 : 1)
  })

program
  .command('doctor')
  .description('checks whether this machine and this project are ready for a run; exits with 1 on a problem')
  .option('--json', 'print JSON')
  .action(async ({ json }: Json) => {
    const { examineAll } = await import('./doctor/examine.ts')
    const examined = await withStdoutOnStderr(() => examineAll(process.cwd()))
    if (json) printJson(examined)
    else print((await import('./doctor/showChecks.ts')).showExamined(examined))
    // Vite may keep handles, so this does not wait for an idle event loop.
    process.exit(examined.some(({ state }) => state === 'problem') ? 1 : 0)
  })

program
  .command('verify')
  .description('exits with 1 if a process of a dead run is alive')
  .option('--run <id>', 'check this run only, even if its runner is alive', parseRunId)
  .option('--reap', 'kill the processes that are found')
  .addOption(
    new Option(
      '--cluster [address]',
      'look on all nodes of a Ray cluster, too: RAY_ADDRESS, or auto',
    ).conflicts('run'),
  )
  .addOption(
    new Option('--insecure-cluster', 'accept a cluster that asks for no token')
      .implies({ cluster: true })
      .conflicts('run'),
  )
  .option('--json', 'print JSON')
  .action(async ({ json, ...request }: VerifyRequest & Json) => {
    const { verify } = await import('./verify/verify.ts')
    process.exitCode = (await verify(request, signaller, json === true)) ? 0 : 1
  })

program
  .command('status')
  .description('lists the live runs of this user: owner, age, workers, memory')
  .option('--json', 'print JSON')
  .action(async ({ json }: Json) => {
    const { statusOfRuns } = await import('./verify/status.ts')
    const status = await statusOfRuns()
    if (json) {
      printJson(status.runs)
      for (const sentence of [...status.problems, ...status.notJudged]) printError(sentence)
    } else print((await import('./verify/showRuns.ts')).showStatus(status))
    process.exitCode = status.problems.length > 0 ? 1 : 0
  })

program
  .command('merge')
  .description('joins the JSON reports of the shards of a run; exits with 1 unless all are there and clean')
  .argument('<reports...>', 'files that the option report.json has named')
  .option('--output <file>', 'write the joined report')
  .action(async (reports: string[], { output }: { output?: string }) => {
    const { merge } = await import('./merge.ts')
    process.exitCode = (await merge(reports, output)) ? 0 : 1
  })

program.parseAsync().catch((error: Error & { code?: string }) => {
  printError(error.message)
  if (error.code) printError(`(${error.code})`)
  process.exitCode = error.code?.endsWith('INTERRUPTED') ? INTERRUPTED : 1
})

async function signaller() {
  const { findInterpreter } = await import('../pool/interpreter/find.ts')
  const { oneShotSignaller } = await import('../process/run/signal.ts')
  const { executable } = await findInterpreter({ root: process.cwd(), env: process.env })
  return oneShotSignaller(executable)
}

function parseRunId(text: string): string {
  if (isRunId(text)) return text
  throw new InvalidArgumentError('A run ID has 7 characters of 0-9 and a-z.')
}
