import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { which } from '../../../../pool/interpreter/which.ts'
import { type Check, ok, warning } from '../check.ts'

export interface UvFacts {
  path: string | undefined
  /** Whether the project has a uv.lock, and no `.venv` yet. */
  wanted: boolean
}

export const uvCheck: Check<UvFacts> = {
  name: 'uv',
  gather: (cwd) => ({
    path: which('uv', process.env),
    wanted: existsSync(join(cwd, 'uv.lock')) && !existsSync(join(cwd, '.venv')),
  }),
  judge({ path, wanted }) {
    if (path) return ok(path)
    if (wanted) return warning('not on PATH, and there is a uv.lock without a .venv', 'install uv')
    return ok('not on PATH: pip is used')
  },
}
