import { lastLines } from '../interpreter/command/lastLines.ts'
import { runCommand } from '../interpreter/command/runCommand.ts'
import type { Interpreter } from '../interpreter/find.ts'

const CHECK_TIMEOUT_MS = 120_000

/** Imports with the sys.path of a worker: the overlay comes last. */
const IMPORT_SCRIPT = `
import sys
if sys.path and sys.path[0] == '': del sys.path[0]
sys.path.append(sys.argv[1])
import importlib, importlib.metadata, json
for module in json.loads(sys.argv[2]): importlib.import_module(module)
names = set(json.loads(sys.argv[3]))
versions = {d.name: d.version for d in reversed(list(importlib.metadata.distributions())) if d.name in names}
print('VITEST_PYTHON_VERSIONS ' + json.dumps(versions))
`

const COMPILE = ['-m', 'compileall', '-q', '-q', '--invalidation-mode', 'unchecked-hash']

/** The modules whose import shows that a distribution works together with the others. */
const MODULES: Record<string, string[]> = {
  grpcio: ['grpc'],
  protobuf: ['google.protobuf.message', 'google.protobuf.struct_pb2'],
  'grpcio-health-checking': ['grpc_health.v1.health'],
  'grpcio-reflection': ['grpc_reflection.v1alpha.reflection'],
}

export type ImportCheck = { versions: Record<string, string> } | { problem: string }

/** Imports the workers' packages. The working directory is `scratch`, so no module of the project is in the way. */
export async function checkImports(
  interpreter: Interpreter,
  overlay: string,
  names: readonly string[],
  limits: { env: NodeJS.ProcessEnv; scratch: string },
): Promise<ImportCheck> {
  const modules = names.flatMap((name) => MODULES[name] ?? [name.replaceAll('-', '_')])
  const arguments_ = [overlay, JSON.stringify(modules), JSON.stringify(names)]
  const outcome = await runCommand([interpreter.executable, '-c', IMPORT_SCRIPT, ...arguments_], {
    cwd: limits.scratch,
    env: { ...limits.env, PYTHONDONTWRITEBYTECODE: '1' },
    deadline: CHECK_TIMEOUT_MS,
  })
  const answer = /^VITEST_PYTHON_VERSIONS (.*)$/m.exec(outcome.stdout)?.[1]
  if (outcome.ok && answer) return { versions: JSON.parse(answer) as Record<string, string> }
  return { problem: lastLines(outcome.stderr, 1)[0] ?? outcome.failure }
}

/**
 * Compiles the overlay to byte code, because many images tell workers not to (`PYTHONDONTWRITEBYTECODE`). The byte code
 * is not checked against the sources: the overlay never changes, and a restored cache has other file times. Ignores
 * failures.
 */
export async function compileOverlay(
  interpreter: Interpreter,
  overlay: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { PYTHONPYCACHEPREFIX, ...kept } = env
  await runCommand([interpreter.executable, ...COMPILE, overlay], {
    cwd: overlay,
    env: kept,
    deadline: CHECK_TIMEOUT_MS,
  })
}
