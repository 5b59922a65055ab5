/** Resident memory of processes in bytes, summed; those that are gone count nothing. */
export async function residentBytes(pids: number[]): Promise<number> {
  if (pids.length === 0) return 0
  const { default: pidusage } = await import('pidusage')
  const samples = await Promise.all(pids.map((pid) => pidusage(pid).catch(() => ({ memory: 0 }))))
  return samples.reduce((sum, { memory }) => sum + memory, 0)
}
