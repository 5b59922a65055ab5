import { realpathSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'

/**
 * Programs that run other programs' code, so their executable says nothing about what a process does. If one of them
 * could be kept, every leak of a test that uses it would be forgiven.
 */
const INTERPRETERS = new Set(
  [
    'ash bash csh dash elvish fish ksh ksh93 mksh nu osh pdksh posh pwsh powershell rbash sh tcsh xonsh yash zsh',
    'busybox coreutils toybox',
    'awk bun deno erl elixir escript expect gawk gjs groovy guile irb jruby js julia lua luajit mawk mono nawk node nodejs',
    'ocaml octave perl php racket r rscript ruby scala sbcl swift tclsh tsx wish wine dotnet beam.smp',
    'java javaw jshell kotlin graalpy micropython jython ipython jupyter raku',
    'chroot doas env flock ionice nice nohup nsenter parallel runuser script setpriv setsid stdbuf strace su sudo timeout',
    'unshare xargs bwrap catatonit dumb-init tini gdb ltrace valgrind',
  ].flatMap((line) => line.split(' ')),
)
/** Names that begin with these are interpreters in any version: `python3.11`, `pypy3`, `qemu-aarch64`, `ld-linux.so.2`. */
const INTERPRETER_STARTS = /^(python|pypy|qemu-|ld-linux|ld-musl|ld\.so|ld-\d)/

/** Whether a process of this executable may be running code of any other program. */
function isInterpreter(executable: string): boolean {
  const name = basename(executable).toLowerCase()
  return INTERPRETER_STARTS.test(name) || INTERPRETERS.has(name) || INTERPRETERS.has(withoutVersion(name))
}

/** `perl5.36.0` → `perl`, `ruby3.2` → `ruby`, `php-8.2` → `php`. */
function withoutVersion(name: string): string {
  return name.replace(/[-_]?v?\d[\d.]*$/, '')
}

/** Says why an entry of `orphans.keep` cannot be used; `undefined` if it can. */
export function keepProblem(entry: string): string | undefined {
  if (entry.trim() === '') return 'write the name or the path of an executable'
  if (/[*?[\]{}]/.test(entry)) return 'write a name or a path, not a pattern'
  if (entry.includes('/') && (!isAbsolute(entry) || basename(entry) === ''))
    return 'write a name as in "gpg-agent", or an absolute path as in "/usr/bin/gpg-agent"'
  const executable = resolveExecutable(entry)
  if (!isInterpreter(entry) && !isInterpreter(executable)) return undefined
  const leads = isInterpreter(entry) ? 'it is' : `it leads to ${executable},`
  return (
    `${leads} an interpreter, a shell or a launcher, which can run any program, so every leak would be kept; ` +
    'name the executable of one program'
  )
}

/** An absolute path without links, because `/proc/PID/exe` has none either. A name stays as it is. */
export function resolveExecutable(entry: string): string {
  if (!entry.includes('/')) return entry
  try {
    return realpathSync(entry)
  } catch {
    return entry
  }
}
