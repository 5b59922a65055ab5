/** The sum of the processes' resident memory in bytes. A process that is gone counts as 0. */
export async function residentBytes(pids: number[]): Promise<number> {
  if (pids.length === 0) return 0
  const { default: pidusage } = await import('pidusage')
  const samples = await Promise.all(pids.map((pid) => pidusage(pid).catch(() => ({ memory: 0 }))))
  return samples.reduce((sum, { memory }) => sum + memory, 0)
}
