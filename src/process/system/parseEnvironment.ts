/**
 * The value of a variable in the bytes of `/proc/PID/environ`: NUL-terminated `NAME=value` entries.
 *
 * @returns `undefined` if the variable is not set
 */
export function environmentValue(environ: Buffer, name: string): string | undefined {
  const key = `${name}=`
  for (let at = environ.indexOf(key); at !== -1; at = environ.indexOf(key, at + 1)) {
    if (at !== 0 && environ[at - 1] !== 0) continue
    const end = environ.indexOf(0, at)
    return environ.toString('utf8', at + key.length, end === -1 ? environ.length : end)
  }
  return undefined
}
