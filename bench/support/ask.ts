import type { ChildProcess } from 'node:child_process'

/** Sends an order to a program of the benchmark, and waits for the answer with the same number. */
export function ask(child: ChildProcess, id: number, order: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const receive = (answer: { id: number; value?: unknown; error?: string }) => {
      if (answer.id !== id) return
      child.off('message', receive)
      if (answer.error === undefined) resolve(answer.value)
      else reject(new Error(answer.error))
    }
    child.on('message', receive)
    child.send({ id, order })
  })
}
