import { bytecodeDirectory } from '../overlay/directory.ts'
import type { Run } from '../run/run.ts'
import { listenVariable } from './listen.ts'
import type { Site } from './site.ts'

/** The surroundings of Python on this machine. */
export function localSite({ directory, controlPath, root, options, certificates }: Run): Site {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    runId: directory.runId,
    directory: directory.path,
    mirror: directory.path,
    controlPath,
    root,
    bytecode: bytecodeDirectory(process.env),
    environment: {
      ...Object.fromEntries(set),
      ...(options.transport === 'tls' && certificates && listenVariable('127.0.0.1', certificates)),
    },
  }
}
