/** The reader of `/proc`. */
export interface Reader {
  root: boolean
  groups: readonly number[]
}

/**
 * The option by which `/proc` hides processes from a reader, for example `hidepid=2`; `undefined` if it hides none.
 *
 * @param mounts text of `/proc/self/mounts`
 */
export function hidingOption(mounts: string, { root, groups }: Reader): string | undefined {
  const lines = mounts.split('\n').map((line) => line.split(' '))
  // If there are several mounts at a place, the last one is visible.
  const options = lines.filter(([, place]) => place === '/proc').at(-1)?.[3] ?? ''
  const found = /\bhidepid=(\w+)/.exec(options)
  const group = /\bgid=(\d+)/.exec(options)?.[1]
  if (!found || found[1] === '0' || found[1] === 'off' || root) return undefined
  return group !== undefined && groups.includes(Number(group)) ? undefined : found[0]
}
