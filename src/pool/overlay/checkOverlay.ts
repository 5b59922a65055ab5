import type { Interpreter } from '../interpreter/find.ts'
import { lastLines, run } from '../interpreter/runCommand.ts'

const DEADLINE = 120_000

/** Imports with exactly the sys.path of a worker: the overlay comes last. */
const VERIFY_SCRIPT = `
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

/** The packages whose import shows that a distribution works, and works together with the others. */
const MODULES: Record<string, string[]> = {
  grpcio: ['grpc'],
  protobuf: ['google.protobuf.message', 'google.protobuf.struct_pb2'],
  'grpcio-health-checking': ['grpc_health.v1.health'],
  'grpcio-reflection': ['grpc_reflection.v1alpha.reflection'],
}

export type Verification = { versions: Record<string, string> } | { problem: string }

/** Really imports what the workers import. `scratch` is the working directory: nothing of the project is in the way. */
export async function verify(
  interpreter: Interpreter,
  overlay: string,
  names: readonly string[],
  limits: { env: NodeJS.ProcessEnv; scratch: string },
): Promise<Verification> {
  const modules = names.flatMap((name) => MODULES[name] ?? [name.replaceAll('-', '_')])
  const arguments_ = [overlay, JSON.stringify(modules), JSON.stringify(names)]
  const outcome = await run([interpreter.executable, '-c', VERIFY_SCRIPT, ...arguments_], {
    cwd: limits.scratch,
    env: { ...limits.env, PYTHONDONTWRITEBYTECODE: '1' },
    deadline: DEADLINE,
  })
  const answer = /^VITEST_PYTHON_VERSIONS (.*)$/m.exec(outcome.stdout)?.[1]
  if (outcome.ok && answer) return { versions: JSON.parse(answer) as Record<string, string> }
  return { problem: lastLines(outcome.stderr, 1)[0] ?? outcome.failure }
}

/**
 * Writes the byte code, which workers may be told not to write (`PYTHONDONTWRITEBYTECODE` in many images).
 * Unchecked: the overlay never changes, and a copied or restored cache has other times. Best effort.
 */
export async function compile(
  interpreter: Interpreter,
  overlay: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { PYTHONPYCACHEPREFIX, ...kept } = env
  await run([interpreter.executable, ...COMPILE, overlay], { cwd: overlay, env: kept, deadline: DEADLINE })
}
