/** Keeps this process alive until the work is done, even if only unref'd handles are left. */
export async function keepAlive<T>(work: () => Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, 60_000)
  try {
    return await work()
  } finally {
    clearInterval(alive)
  }
}
