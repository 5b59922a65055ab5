// Keeps the package small: drops code of the generated messages that never runs. No bundler can, because it is in members of
// objects.

/** Messages of the bridge that the package only writes: a test process reads no frames of its own kind. */
const WRITTEN = [
  'Hello',
  'ClientFrame',
  'Seed',
  'Start',
  'Credit',
  'Cancel',
  'Answer',
  'ScriptFailure',
  'Forget',
  'CallRequest',
]
/** Messages of the bridge that the package only reads. */
const READ = ['Welcome', 'WorkerFrame', 'Callback', 'Timing', 'PythonFailure', 'Frame', 'CallReply']

/** A plugin for tsdown. */
export function trimMessages() {
  return {
    name: 'trim-messages',
    transform: {
      filter: { id: /gen\/vitest_python\/v1\/\w+\.ts$/ },
      handler(code) {
        // The declarations that are made of the types have no codecs.
        if (!code.includes('.finish()') && !code.includes('decode(')) return code
        return dropDepthChecks(code.includes('export const ClientFrame') ? dropUnusedCodecs(code) : code)
      },
    },
  }
}

function dropUnusedCodecs(code) {
  const written = WRITTEN.reduce((rest, message) => drop(rest, message, 'decode'), code)
  return READ.reduce((rest, message) => drop(rest, message, 'encode'), written)
}

function drop(code, message, method) {
  const found = new RegExp(`(export const ${message}: [\\s\\S]*?\\n) {2}${method}\\([\\s\\S]*?\\n {2}\\},\\n`)
  if (!found.test(code)) throw new Error(`There is no ${message}.${method} in the generated messages.`)
  return code.replace(found, '$1')
}

/** Only failures contain others of their own kind, so no other message can be nested too deeply. */
function dropDepthChecks(code) {
  return code
    .split(/(?=^export const )/m)
    .map((part) => (part.startsWith('export const PythonFailure:') ? part : dropDepthCheck(part)))
    .join('')
}

function dropDepthCheck(code) {
  return code
    .replace(/^ {4}const previousRecursionDepth[\s\S]*? \+ 1;\n {4}try \{$/m, '    {')
    .replace(/^ {4}\} finally \{\n.*= previousRecursionDepth;\n {4}\}$/m, '    }')
}
